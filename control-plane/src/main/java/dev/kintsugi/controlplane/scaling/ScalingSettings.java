package dev.kintsugi.controlplane.scaling;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/**
 * Settings under {@code kintsugi.scaling}.
 *
 * @param window over which submitted jobs are counted for {@code video_qps}
 * @param host address the External Metrics API listens at
 * @param port of the External Metrics API
 * @param tlsDir holds the keys that the operator keeps, see {@link MountedKeys}; empty means that
 *     the API is not served
 */
@ConfigurationProperties("kintsugi.scaling")
record ScalingSettings(
    @Bindable(defaultValue = "60s") Duration window,
    @Bindable(defaultValue = "127.0.0.1") String host,
    @Bindable(defaultValue = "8443") int port,
    @Bindable(defaultValue = "") String tlsDir) {

  ScalingSettings {
    if (window.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException(
          "kintsugi.scaling.window must be at least 1s, it is " + window);
    }
  }
}

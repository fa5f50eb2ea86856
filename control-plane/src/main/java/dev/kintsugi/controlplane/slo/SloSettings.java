package dev.kintsugi.controlplane.slo;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/**
 * Settings under {@code kintsugi.slo}.
 *
 * @param retention of ended jobs in the ledger, of costs and of the budgets' history; at least the
 *     longest window of an objective and a day
 * @param lookEvery how often indicators that are not of jobs are sampled
 * @param prometheusUrl base URL of the Prometheus that queries are asked of; empty for none
 */
@ConfigurationProperties("kintsugi.slo")
public record SloSettings(
    @Bindable(defaultValue = "100d") Duration retention,
    @Bindable(defaultValue = "15s") Duration lookEvery,
    @Bindable(defaultValue = "") String prometheusUrl) {

  private static final Duration LEAST = Duration.ofDays(91);

  public SloSettings {
    if (retention.compareTo(LEAST) < 0) {
      throw new IllegalArgumentException(
          "kintsugi.slo.retention must be at least 91d, because windows may be 90d: " + retention);
    }
  }
}

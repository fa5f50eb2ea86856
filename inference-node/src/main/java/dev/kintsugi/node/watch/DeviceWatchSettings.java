package dev.kintsugi.node.watch;

import dev.kintsugi.core.watch.PcieWatch;
import dev.kintsugi.core.watch.SwingWatch;
import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/**
 * What of the device is worth an event, under {@code kintsugi.node.watch}; each has an environment
 * variable such as {@code KINTSUGI_NODE_WATCH_MEMORY_HIGH}.
 *
 * @param memoryHigh share of the memory, 0..1, above which it is high
 * @param temperatureSwing degrees Celsius within the window; smaller swings are never reported
 * @param powerSwing watts within the window, likewise
 * @param swingWindow how far back a swing is looked for
 * @param swingSettle how long after a job began or ended swings are not judged
 * @param pcieShare share of the usual traffic, 0..1, below which PCIe is slow
 * @param pcieMinBytes bytes a second; where jobs usually make less traffic, less says nothing
 */
@ConfigurationProperties("kintsugi.node.watch")
record DeviceWatchSettings(
    @Bindable(defaultValue = "0.9") double memoryHigh,
    @Bindable(defaultValue = "15") double temperatureSwing,
    @Bindable(defaultValue = "200") double powerSwing,
    @Bindable(defaultValue = "60s") Duration swingWindow,
    @Bindable(defaultValue = "60s") Duration swingSettle,
    @Bindable(defaultValue = "0.25") double pcieShare,
    @Bindable(defaultValue = "100000000") double pcieMinBytes) {
  private static final double SIGMAS = 6;
  private static final int MIN_WINDOWS = 10;
  private static final double BUSY_FROM = 0.3;
  private static final int MIN_READINGS = 60;
  private static final double CALM = 0.05;

  DeviceWatchSettings {
    Setting.between("memory-high", memoryHigh, 0.1, 1);
    Setting.between("temperature-swing", temperatureSwing, 1, 100);
    Setting.between("power-swing", powerSwing, 1, 10_000);
    Setting.atLeast("swing-window", swingWindow, Duration.ofSeconds(1));
    Setting.atLeast("swing-settle", swingSettle, Duration.ZERO);
    Setting.between("pcie-share", pcieShare, 0.01, 0.9);
    Setting.between("pcie-min-bytes", pcieMinBytes, 0, 1e12);
  }

  /** Below this share memory is no longer high: a little under it, so that the event is one. */
  double memoryCalm() {
    return memoryHigh - CALM;
  }

  SwingWatch.Policy temperature() {
    return swing(temperatureSwing);
  }

  SwingWatch.Policy power() {
    return swing(powerSwing);
  }

  PcieWatch.Policy pcie() {
    return new PcieWatch.Policy(BUSY_FROM, pcieShare, pcieMinBytes, MIN_READINGS);
  }

  private SwingWatch.Policy swing(double floor) {
    return new SwingWatch.Policy(swingWindow, swingSettle, floor, SIGMAS, MIN_WINDOWS);
  }
}

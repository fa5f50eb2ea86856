package dev.kintsugi.node.watch;

import dev.kintsugi.core.watch.Alarm;
import dev.kintsugi.core.watch.Alarm.Look;
import dev.kintsugi.core.watch.PcieWatch;
import dev.kintsugi.core.watch.SwingWatch;
import dev.kintsugi.node.attempts.Attempt;
import dev.kintsugi.node.attempts.AttemptService;
import dev.kintsugi.node.events.NodeEvents;
import dev.kintsugi.node.nvml.GpuReadings;
import dev.kintsugi.node.telemetry.DeviceMonitor;
import dev.kintsugi.protocol.node.NodeEvent.Kind;
import dev.kintsugi.protocol.node.NodeStatus.DeviceReadings;
import io.micronaut.context.annotation.Context;
import io.micronaut.scheduling.annotation.Scheduled;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Looks at the device every five seconds: memory, temperature, power, PCIe. */
@Context
class DeviceWatch {
  private final DeviceMonitor device;
  private final AttemptService attempts;
  private final NodeEvents events;
  private final Circumstances circumstances;
  private final DeviceWatchSettings settings;
  private final Clock clock;
  private final SwingTracker temperature;
  private final SwingTracker power;
  private final PcieTracker pcie;
  private Alarm memory = Alarm.CALM;

  DeviceWatch(
      DeviceMonitor device,
      AttemptService attempts,
      NodeEvents events,
      Circumstances circumstances,
      DeviceWatchSettings settings,
      Clock clock) {
    this.device = device;
    this.attempts = attempts;
    this.events = events;
    this.circumstances = circumstances;
    this.settings = settings;
    this.clock = clock;
    this.temperature = new SwingTracker(settings.temperature());
    this.power = new SwingTracker(settings.power());
    this.pcie = new PcieTracker(settings.pcie());
  }

  @Scheduled(fixedDelay = "5s", initialDelay = "5s")
  void look() {
    look(device.readings(), device.gpu(), clock.instant());
  }

  synchronized void look(DeviceReadings now, Optional<GpuReadings> gpu, Instant at) {
    @Nullable Attempt running = attempts.inEngine().orElse(null);
    lookAtMemory(now, running);
    swung(temperature, now.temperatureCelsius(), running, at)
        .ifPresent(s -> told(Kind.TEMPERATURE_SWING, "the temperature", "°C", s, running));
    swung(power, now.powerWatts(), running, at)
        .ifPresent(s -> told(Kind.POWER_SWING, "the power draw", "W", s, running));
    if (running != null) {
      gpu.flatMap(pcie::add).ifPresent(slow -> told(slow, running));
    }
  }

  private void lookAtMemory(DeviceReadings now, @Nullable Attempt running) {
    double share = now.memoryUsedBytes() / (double) Math.max(1, now.memoryTotalBytes());
    Alarm.Step step = memory.after(Look.at(share, settings.memoryHigh(), settings.memoryCalm()), 1);
    memory = step.alarm();
    if (step.change() == Alarm.Change.RAISED) {
      add(
          Kind.MEMORY_HIGH,
          String.format(
              Locale.ROOT,
              "%.0f %% of the memory of %s is in use, more than %.0f %%",
              100 * share,
              now.id(),
              100 * settings.memoryHigh()),
          running,
          Map.of("share", share, "limit", settings.memoryHigh()));
    }
  }

  private static Optional<SwingWatch.Verdict.Swung> swung(
      SwingTracker tracker, @Nullable Double value, @Nullable Attempt running, Instant at) {
    return value == null ? Optional.empty() : tracker.add(value, running != null, at);
  }

  private void told(
      Kind kind,
      String what,
      String unit,
      SwingWatch.Verdict.Swung swung,
      @Nullable Attempt running) {
    add(
        kind,
        String.format(
            Locale.ROOT,
            "%s swung from %.0f to %.0f %s within %d s under the same load",
            what,
            swung.low(),
            swung.high(),
            unit,
            settings.swingWindow().toSeconds()),
        running,
        Map.of("low", swung.low(), "high", swung.high(), "limit", swung.limit()));
  }

  private void told(PcieWatch.Verdict.Slow slow, Attempt running) {
    String message =
        switch (slow.reason()) {
          case LINK_NARROW -> "PCIe runs on %.0f lanes of %.0f under load";
          case LINK_SLOW -> "PCIe runs as generation %.0f instead of %.0f under load";
          case TRAFFIC_LOW -> "PCIe carries %.3g bytes a second, jobs here usually make %.3g";
        };
    add(
        Kind.PCIE_SLOW,
        String.format(Locale.ROOT, message, slow.actual(), slow.expected()),
        running,
        Map.of("reason", slow.reason(), "actual", slow.actual(), "expected", slow.expected()));
  }

  private void add(Kind kind, String message, @Nullable Attempt running, Map<String, ?> numbers) {
    events.add(
        kind, message, running == null ? null : running.id(), circumstances.of(running, numbers));
  }
}

package dev.kintsugi.node.watch;

import dev.kintsugi.core.watch.SlowRequest;
import dev.kintsugi.core.watch.StallWatch;
import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import io.micronaut.core.convert.ConversionService;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * When an attempt is stuck or slow, under {@code kintsugi.node.watch}; each has an environment
 * variable such as {@code KINTSUGI_NODE_WATCH_STALL_FLOOR}.
 *
 * @param stallFloor no attempt is stalled before this long without a step
 * @param stallUnlearned bound for a size of which no step time is known, and between the stages
 *     that have no steps
 * @param stallMedians a step may take this many times the usual of its size
 * @param stallExit how long the engine may stay stuck in a stalled attempt before the process ends
 *     itself, so that its pod restarts; zero means never
 * @param slowBySize limits of sizes that have another than {@code kintsugi.node.slow-attempt}, such
 *     as {@code 832x480=2m,1280x720=5m}
 */
@ConfigurationProperties("kintsugi.node.watch")
record AttemptWatchSettings(
    @Bindable(defaultValue = "20s") Duration stallFloor,
    @Bindable(defaultValue = "10m") Duration stallUnlearned,
    @Bindable(defaultValue = "5") double stallMedians,
    @Bindable(defaultValue = "2m") Duration stallExit,
    @Bindable(defaultValue = "") String slowBySize) {
  private static final Pattern SIZE = Pattern.compile("\\d{1,5}x\\d{1,5}");
  private static final double SIGMAS = 8;
  private static final int MIN_STEPS = 5;

  AttemptWatchSettings {
    Setting.atLeast("stall-floor", stallFloor, Duration.ofMillis(100));
    Setting.atLeast("stall-unlearned", stallUnlearned, stallFloor);
    Setting.between("stall-medians", stallMedians, 2, 1000);
    Setting.atLeast("stall-exit", stallExit, Duration.ZERO);
    Map<String, Duration> ignored = limits(slowBySize);
  }

  StallWatch.Policy stall() {
    return new StallWatch.Policy(
        stallFloor, stallUnlearned, stallMedians, SIGMAS, MIN_STEPS, stallExit);
  }

  SlowRequest.Policy slow(Duration usual) {
    return new SlowRequest.Policy(usual, limits(slowBySize));
  }

  private static Map<String, Duration> limits(String text) {
    Map<String, Duration> limits = new HashMap<>();
    for (String part : text.isBlank() ? new String[0] : text.split(",", -1)) {
      String[] pair = part.strip().split("=", 2);
      Duration limit =
          pair.length < 2
              ? null
              : ConversionService.SHARED.convert(pair[1].strip(), Duration.class).orElse(null);
      if (limit == null || !limit.isPositive() || !SIZE.matcher(pair[0]).matches()) {
        throw Setting.unreadable("slow-by-size", "a list such as 832x480=2m,1280x720=5m", text);
      }
      limits.put(pair[0], limit);
    }
    return limits;
  }
}

package dev.kintsugi.node.watch;

import dev.kintsugi.core.watch.Alarm;
import dev.kintsugi.core.watch.Alarm.Look;
import dev.kintsugi.core.watch.SwingWatch;
import dev.kintsugi.core.watch.SwingWatch.Reading;
import dev.kintsugi.core.watch.SwingWatch.Verdict;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The past of one reading, as far as its swings need it. */
final class SwingTracker {
  private static final int WINDOWS_KEPT = 120;

  private final SwingWatch.Policy policy;
  private final Deque<Reading> readings = new ArrayDeque<>();
  private final Deque<Double> swings = new ArrayDeque<>();
  private Instant loadSince = Instant.EPOCH;
  private Instant windowSince = Instant.EPOCH;
  private boolean busy;
  private Alarm alarm = Alarm.CALM;

  SwingTracker(SwingWatch.Policy policy) {
    this.policy = policy;
  }

  /** Adds a reading; a swing the first time it is seen. */
  Optional<Verdict.Swung> add(double value, boolean busyNow, Instant now) {
    if (busyNow != busy) {
      busy = busyNow;
      loadSince = now;
      windowSince = now.plus(policy.settle());
      readings.clear();
    }
    readings.addLast(new Reading(now, value));
    while (readings.getFirst().at().isBefore(now.minus(policy.window()))) {
      readings.removeFirst();
    }
    double[] earlier = swings.stream().mapToDouble(Double::doubleValue).toArray();
    Verdict verdict =
        SwingWatch.judge(
            new SwingWatch.Situation(loadSince, List.copyOf(readings), earlier), policy, now);
    return switch (verdict) {
      case Verdict.Settling s -> Optional.empty();
      case Verdict.Steady(double swing, double limit) -> {
        learn(swing, now);
        alarm = alarm.after(swing < 0.8 * limit ? Look.GOOD : Look.BETWEEN, 1).alarm();
        yield Optional.empty();
      }
      case Verdict.Swung swung -> {
        Alarm.Step step = alarm.after(Look.BAD, 1);
        alarm = step.alarm();
        yield step.change() == Alarm.Change.RAISED ? Optional.of(swung) : Optional.empty();
      }
    };
  }

  /** Each window teaches once. */
  private void learn(double swing, Instant now) {
    if (now.isBefore(windowSince.plus(policy.window()))) {
      return;
    }
    windowSince = now;
    if (swings.size() == WINDOWS_KEPT) {
      swings.removeFirst();
    }
    swings.addLast(swing);
  }
}

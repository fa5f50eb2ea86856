package dev.kintsugi.core.watch;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Whether a reading, temperature or power, swings more than it should while the load stays as it
 * is. A job that begins or ends moves both, rightly.
 */
public final class SwingWatch {

  private SwingWatch() {}

  /**
   * @param window how far back a swing is looked for
   * @param settle how long after a change of load nothing is judged
   * @param floor smaller swings are never reported, in the reading's unit
   * @param sigmas standard deviations above the usual swing that are reported
   * @param minWindows windows after which the usual swing counts as known; before, twice the floor
   *     is the limit
   */
  public record Policy(
      Duration window, Duration settle, double floor, double sigmas, int minWindows) {}

  /** One reading. */
  public record Reading(Instant at, double value) {}

  /**
   * @param loadSince when the load last changed
   * @param readings within the window, oldest first
   * @param earlierSwings swings of earlier windows
   */
  public record Situation(Instant loadSince, List<Reading> readings, double[] earlierSwings) {}

  /** The answer. */
  public sealed interface Verdict {

    /** The load changed a moment ago, or too little was read since. */
    record Settling() implements Verdict {}

    record Steady(double swing, double limit) implements Verdict {}

    record Swung(double low, double high, double limit) implements Verdict {

      public double swing() {
        return high - low;
      }
    }
  }

  public static Verdict judge(Situation in, Policy policy, Instant now) {
    Instant settled = in.loadSince().plus(policy.settle());
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    int count = 0;
    for (Reading reading : in.readings()) {
      if (!reading.at().isBefore(settled) && !reading.at().isBefore(now.minus(policy.window()))) {
        low = Math.min(low, reading.value());
        high = Math.max(high, reading.value());
        count++;
      }
    }
    if (count < 2) {
      return new Verdict.Settling();
    }
    double limit = limit(in.earlierSwings(), policy);
    return high - low > limit
        ? new Verdict.Swung(low, high, limit)
        : new Verdict.Steady(high - low, limit);
  }

  private static double limit(double[] earlierSwings, Policy policy) {
    Spread usual = Spread.of(earlierSwings);
    if (usual.count() < policy.minWindows()) {
      return 2 * policy.floor();
    }
    return Math.max(policy.floor(), usual.median() + policy.sigmas() * usual.sigma());
  }
}

package dev.kintsugi.core.slo;

import dev.kintsugi.core.slo.Indicator.DegradedCounts;
import java.time.Duration;

/**
 * A promise: of the events of a window, this share is good.
 *
 * @param target share of good events promised, above 0 and below 1
 * @param window over which the budget is counted, 1 hour to 90 days
 */
public record Objective(
    Indicator indicator, DegradedCounts degraded, double target, Duration window) {

  public static final Duration SHORTEST = Duration.ofHours(1);
  public static final Duration LONGEST = Duration.ofDays(90);

  public Objective {
    if (!(target > 0 && target < 1)) {
      throw new IllegalArgumentException("the target must be above 0 and below 1: " + target);
    }
    if (window.compareTo(SHORTEST) < 0 || window.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("the window must be 1h to 90d: " + window);
    }
  }

  /** Share of bad events the objective allows. */
  public double budget() {
    return 1 - target;
  }
}

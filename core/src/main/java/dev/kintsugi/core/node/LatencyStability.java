package dev.kintsugi.core.node;

import java.time.Duration;
import java.util.List;

/**
 * Whether a freshly loaded model has found its pace. The first passes compile, fill caches and
 * choose algorithms; step times taken then would mislead whoever predicts by them.
 */
public final class LatencyStability {

  private LatencyStability() {}

  /**
   * @param tolerance how much two successive runs may differ, as a part of the faster one
   * @param maxRuns runs after which the pace is taken as it is
   * @param budget time after which no further run is begun
   */
  public record Policy(double tolerance, int maxRuns, Duration budget) {}

  /** What to do. */
  public sealed interface Decision {

    /** Run once more. */
    record RunAgain() implements Decision {}

    /**
     * The pace is steady.
     *
     * @param difference of the last two runs, as a part of the faster one
     */
    record Stable(int runs, double difference) implements Decision {}

    /**
     * It is not, and readiness waits no longer.
     *
     * @param difference of the last two runs, as a part of the faster one; infinite after one run
     */
    record Unsteady(Reason reason, int runs, double difference) implements Decision {}
  }

  /** Why readiness waits no longer. */
  public enum Reason {
    MAX_RUNS,
    TIME_OVER
  }

  /**
   * @param stepSeconds seconds per step of each run so far, oldest first
   * @param spent time of all runs so far
   */
  public static Decision decide(List<Double> stepSeconds, Duration spent, Policy policy) {
    int runs = stepSeconds.size();
    double difference = difference(stepSeconds);
    if (difference <= policy.tolerance()) {
      return new Decision.Stable(runs, difference);
    }
    if (runs >= policy.maxRuns()) {
      return new Decision.Unsteady(Reason.MAX_RUNS, runs, difference);
    }
    if (spent.compareTo(policy.budget()) >= 0) {
      return new Decision.Unsteady(Reason.TIME_OVER, runs, difference);
    }
    return new Decision.RunAgain();
  }

  private static double difference(List<Double> stepSeconds) {
    if (stepSeconds.size() < 2) {
      return Double.POSITIVE_INFINITY;
    }
    double last = stepSeconds.getLast();
    double before = stepSeconds.get(stepSeconds.size() - 2);
    double faster = Math.min(last, before);
    return faster > 0 ? Math.abs(last - before) / faster : Double.POSITIVE_INFINITY;
  }
}

package dev.kintsugi.core.dispatch;

import java.time.Duration;

/**
 * When a job can be expected to be finished.
 *
 * @param start until it starts
 * @param run once it runs
 */
public record FinishForecast(Duration start, Duration run) {

  /**
   * @param stepOverhead share of the denoise time that text encoding, decoding and video encoding
   *     add, such as 0.2
   * @param unknownStepSeconds assumed seconds per step where no node has measured any
   */
  public record Policy(double stepOverhead, double unknownStepSeconds) {

    public static final Policy DEFAULT = new Policy(0.25, 1.0);
  }

  /** GPU seconds one clip costs: seconds per step for its tokens × steps, plus the overhead. */
  public static double costSeconds(ClipShape shape, int steps, StepTimes times, Policy policy) {
    double perStep = times.secondsPerStep(shape).orElse(policy.unknownStepSeconds());
    return perStep * steps * (1 + policy.stepOverhead());
  }

  /**
   * The queue is work-conserving, so the job starts when the work ahead of it, spread over all
   * slots, is done.
   *
   * @param costSeconds GPU seconds of the job itself
   * @param aheadSeconds GPU seconds queued ahead and left of the running attempts
   * @param slots slots that work or could; with none the forecast assumes one, because a node that
   *     starts is the only way the job will ever run
   * @param freeSlots slots that are free now
   */
  public static FinishForecast of(
      double costSeconds, double aheadSeconds, int slots, int freeSlots) {
    double wait = freeSlots > 0 && aheadSeconds <= 0 ? 0 : aheadSeconds / Math.max(1, slots);
    return new FinishForecast(seconds(wait), seconds(costSeconds));
  }

  public Duration total() {
    return start.plus(run);
  }

  private static Duration seconds(double seconds) {
    return Duration.ofMillis(Math.round(seconds * 1000));
  }
}

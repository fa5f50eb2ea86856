package dev.kintsugi.core.rollout;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a rollout stands when its verdict is asked for.
 *
 * @param step which step it is at, from 0
 * @param steps how many there are; the last gives the canary everything
 * @param promoted it passed the last step and is watched: only a rollback is still possible
 * @param holds why it may not go on now
 * @param sinceStart how long it has been gathering evidence
 * @param limit how long it may
 * @param certainBadInFlight jobs of the canary that still run, are certain to end badly and are not
 *     yet part of the evidence
 * @param pendingInFlight other jobs of the canary that still run though they started before its
 *     newest bad job did. They count as good against a rollback: a version whose bad jobs end
 *     sooner than its good ones would otherwise look worse than it is after each step
 * @param wrongWeights see {@link WeightsReview}; null while the canary can run
 */
public record Situation(
    int step,
    int steps,
    boolean promoted,
    List<Hold> holds,
    Duration sinceStart,
    Duration limit,
    long certainBadInFlight,
    long pendingInFlight,
    @Nullable String wrongWeights) {

  /** The canary has the weights it was made for. */
  public Situation(
      int step,
      int steps,
      boolean promoted,
      List<Hold> holds,
      Duration sinceStart,
      Duration limit,
      long certainBadInFlight,
      long pendingInFlight) {
    this(
        step, steps, promoted, holds, sinceStart, limit, certainBadInFlight, pendingInFlight, null);
  }

  public Situation {
    holds = List.copyOf(holds);
    if (steps < 1 || step < 0 || step >= steps) {
      throw new IllegalArgumentException(
          "step must be from 0 to %d, but is %d".formatted(steps - 1, step));
    }
    if (certainBadInFlight < 0 || pendingInFlight < 0) {
      throw new IllegalArgumentException("jobs in flight must be 0 or more");
    }
  }

  /**
   * Share of the whole evidence for a healthy canary that this step needs, in (0, 1]: it grows with
   * the steps, so that traffic grows with confidence, and is whole before the canary gets
   * everything.
   */
  double share() {
    return steps < 2 ? 1 : Math.min(1, (step + 1.0) / (steps - 1));
  }
}

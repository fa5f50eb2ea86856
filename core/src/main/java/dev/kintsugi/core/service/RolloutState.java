package dev.kintsugi.core.service;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A rollout as it is remembered between two looks at it.
 *
 * @param wanted pods of each pool when it began, of both revisions together
 * @param paused a person asked to wait
 * @param step index of the step under way
 * @param weight percent of the jobs the canary is given
 * @param ending what a rollout that goes back will be: {@link RolloutPhase#ROLLED_BACK} or {@link
 *     RolloutPhase#ABORTED}; null while it goes forward
 * @param since when the phase began
 * @param bakeSince when the bake began, by our clock
 * @param bakeSeen the same, by the control plane's clock; null until it was heard
 * @param bakedAt when the bake was over: stable is being removed
 */
public record RolloutState(
    String name,
    String stable,
    String canary,
    RolloutPolicy policy,
    Map<String, Integer> wanted,
    boolean paused,
    RolloutPhase phase,
    int step,
    int weight,
    @Nullable RolloutPhase ending,
    Instant since,
    @Nullable Instant bakeSince,
    @Nullable Instant bakeSeen,
    @Nullable Instant bakedAt) {

  public RolloutState {
    wanted = Map.copyOf(wanted);
  }

  /** Before anything was done. */
  public static RolloutState begin(
      String name,
      String stable,
      String canary,
      RolloutPolicy policy,
      Map<String, Integer> wanted,
      boolean paused,
      Instant now) {
    return new RolloutState(
        name,
        stable,
        canary,
        policy,
        wanted,
        paused,
        RolloutPhase.PENDING,
        0,
        0,
        null,
        now,
        null,
        null,
        null);
  }

  boolean lastStep() {
    return step >= policy.lastStep();
  }

  /** It goes on where it was before it was paused. */
  RolloutPhase underWay() {
    if (bakeSince != null) {
      return RolloutPhase.BAKING;
    }
    return weight > 0 ? RolloutPhase.PROGRESSING : RolloutPhase.PENDING;
  }

  RolloutState in(RolloutPhase next, Instant now) {
    return new RolloutState(
        name, stable, canary, policy, wanted, paused, next, step, weight, ending, now, bakeSince,
        bakeSeen, bakedAt);
  }

  RolloutState atStep(int next, Instant now) {
    return new RolloutState(
        name, stable, canary, policy, wanted, paused, phase, next, weight, ending, now, bakeSince,
        bakeSeen, bakedAt);
  }

  RolloutState weighing(int percent) {
    return new RolloutState(
        name, stable, canary, policy, wanted, paused, phase, step, percent, ending, since,
        bakeSince, bakeSeen, bakedAt);
  }

  RolloutState baking(Instant now, @Nullable Instant seen) {
    return in(RolloutPhase.BAKING, now).weighing(100).bakeHeard(now, seen);
  }

  RolloutState bakeHeard(Instant from, @Nullable Instant seen) {
    return new RolloutState(
        name, stable, canary, policy, wanted, paused, phase, step, weight, ending, since, from,
        seen, bakedAt);
  }

  RolloutState baked(Instant now) {
    return new RolloutState(
        name,
        stable,
        canary,
        policy,
        wanted,
        paused,
        RolloutPhase.BAKING,
        step,
        100,
        ending,
        since,
        bakeSince,
        bakeSeen,
        now);
  }

  RolloutState goingBack(RolloutPhase end, Instant now) {
    return new RolloutState(
        name,
        stable,
        canary,
        policy,
        wanted,
        paused,
        RolloutPhase.ROLLING_BACK,
        step,
        0,
        end,
        now,
        bakeSince,
        bakeSeen,
        bakedAt);
  }

  /** As spec.paused is after a verb. */
  public RolloutState pausing(boolean wait) {
    return new RolloutState(
        name, stable, canary, policy, wanted, wait, phase, step, weight, ending, since, bakeSince,
        bakeSeen, bakedAt);
  }
}

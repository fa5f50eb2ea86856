package dev.kintsugi.core.learning;

import java.time.Instant;

/**
 * A rule's stage and what was seen of it there.
 *
 * @param since when the stage began
 * @param pinned a person wants it so: evidence moves it no more
 * @param matched its prompts that were let through since then and whose end is known
 * @param failed those of them that failed
 * @param doubt natural logarithm of the evidence that it is not true any more, 0 or more
 */
public record RuleState(
    RuleStage stage, Instant since, boolean pinned, long matched, long failed, double doubt) {

  public static RuleState begin(RuleStage stage, Instant now) {
    return new RuleState(stage, now, false, 0, 0, 0);
  }

  /** Whether nothing but evidence changed it since then. */
  public boolean follows(RuleState earlier) {
    return stage == earlier.stage && since.equals(earlier.since) && pinned == earlier.pinned;
  }

  /** In a stage as a person wants it: what was seen of it stays where the stage does. */
  public RuleState as(RuleStage next, boolean pin, Instant now) {
    return next == stage
        ? new RuleState(stage, since, pin, matched, failed, doubt)
        : new RuleState(next, now, pin, 0, 0, 0);
  }

  RuleState at(RuleStage next, Instant now) {
    return new RuleState(next, now, pinned, 0, 0, 0);
  }
}

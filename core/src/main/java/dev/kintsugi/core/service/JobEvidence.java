package dev.kintsugi.core.service;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a rollout's jobs now.
 *
 * @param heard the control plane took the newest state and answered
 * @param judgement null when the answer said nothing of this rollout
 */
public record JobEvidence(boolean heard, @Nullable Judgement judgement) {

  /** Clocks further apart than this are not compared; evidence that is older says nothing. */
  static final Duration TOLERANCE = Duration.ofMinutes(2);

  public static JobEvidence silent() {
    return new JobEvidence(false, null);
  }

  /**
   * @param reason the control plane's own word
   * @param step the step that was surely under way when it was judged; -1 while that is not sure
   * @param at when it was judged, by the control plane's clock
   */
  public record Judgement(Verdict verdict, String reason, String message, int step, Instant at) {}

  /** As the control plane says it. */
  public enum Verdict {
    PROMOTE,
    ROLLBACK,
    CONTINUE,
    HOLD,
    INCONCLUSIVE
  }

  /** Judged lately; null when nothing is known or what is known is too old. */
  @Nullable Judgement fresh(Instant now) {
    return heard && judgement != null && agrees(judgement, now) ? judgement : null;
  }

  /** The clocks do not contradict each other, so a wait measured by ours means something. */
  boolean clockTrusted(Instant now) {
    return judgement == null || !heard || agrees(judgement, now);
  }

  private static boolean agrees(Judgement judgement, Instant now) {
    return Duration.between(judgement.at(), now).abs().compareTo(TOLERANCE) <= 0;
  }
}

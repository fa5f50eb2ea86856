package dev.kintsugi.core.rollout;

import dev.kintsugi.core.recovery.Cause;
import org.jspecify.annotations.Nullable;

/**
 * A clip that stable made for a customer, and what the canary made of the same prompt and seed.
 *
 * @param ending null while the canary has not made it
 * @param stable seconds of stable's attempt
 * @param canary seconds of the canary's; null where it made no clip
 * @param likeness null where the clips could not be compared
 */
public record ShadowPair(
    @Nullable Ending ending,
    Seconds stable,
    @Nullable Seconds canary,
    @Nullable Likeness likeness) {

  /** How the canary's half ended. */
  public enum Ending {
    /** Both clips passed the quality gate. */
    MADE,
    /** The canary's clip has bad numbers or did not pass the quality gate; stable's passed. */
    DEFECT,
    /** It failed otherwise: a node, a GPU, a time limit. */
    FAILED,
    /** No slot was free in time. */
    NOT_RUN,
    /** The customer deleted the video, or it expired. */
    WITHDRAWN,
    /** The rollout ended first. */
    ABANDONED;

    /**
     * Of a replay that made no clip.
     *
     * @param cause its attempt failed by; null where there was no attempt
     */
    public static Ending without(@Nullable Cause cause) {
      if (cause == null || cause == Cause.CANCELLED) {
        return NOT_RUN;
      }
      return cause.ofContent() ? DEFECT : FAILED;
    }
  }

  /**
   * @param total that the attempt held its slot
   * @param perStep of denoising; null where the node did not say
   */
  public record Seconds(double total, @Nullable Double perStep) {}

  /**
   * Peak signal-to-noise ratio of the canary's frames against stable's, over luma.
   *
   * @param psnrDb of the whole clip, decibel; 100 for equal frames
   * @param leastPsnrDb of the frame that differs most
   */
  public record Likeness(double psnrDb, double leastPsnrDb) {}
}

package dev.kintsugi.core.node;

import java.util.Locale;

/**
 * Whether a self-test reproduced its reference. Never by digest: the same run differs by up to 4e-5
 * in latents and 1/255 in frames between instruction sets.
 */
public final class WarmUpVerdict {

  private WarmUpVerdict() {}

  /**
   * @param latents largest absolute difference of any latent after any step
   * @param frames largest difference of any colour value, of 255
   */
  public record Difference(double latents, double frames) {}

  /** Largest differences that still count as the same. */
  public record Tolerance(double latents, double frames) {}

  /** What went too far. */
  public enum Reason {
    NOT_FINITE,
    LATENTS_DIFFER,
    FRAMES_DIFFER
  }

  /** The verdict. */
  public sealed interface Verdict {

    /** The model does what it did when it was exported. */
    record Reproduced(Difference difference) implements Verdict {}

    /** It does not. */
    record Different(Reason reason, Difference difference, Tolerance tolerance) implements Verdict {

      /** One sentence with the numbers. */
      public String sentence() {
        return String.format(
            Locale.ROOT,
            "the self-test does not reproduce its reference: latents differ by up to %.3g (allowed"
                + " %.3g), frames by up to %.0f (allowed %.0f) of 255",
            difference.latents(),
            tolerance.latents(),
            difference.frames(),
            tolerance.frames());
      }
    }
  }

  public static Verdict decide(Difference difference, Tolerance tolerance) {
    if (!Double.isFinite(difference.latents()) || !Double.isFinite(difference.frames())) {
      return new Verdict.Different(Reason.NOT_FINITE, difference, tolerance);
    }
    if (difference.latents() > tolerance.latents()) {
      return new Verdict.Different(Reason.LATENTS_DIFFER, difference, tolerance);
    }
    if (difference.frames() > tolerance.frames()) {
      return new Verdict.Different(Reason.FRAMES_DIFFER, difference, tolerance);
    }
    return new Verdict.Reproduced(difference);
  }
}

package dev.kintsugi.core.rollout;

/**
 * How much better customers rate the canary's videos, in stars.
 *
 * @param stable ratings of the stable version
 * @param stableMean 1..5; NaN without one
 * @param canary ratings of the canary
 * @param canaryMean 1..5; NaN without one
 * @param low the difference of the means, canary less stable, is between this
 * @param high and this, whenever one looks, with {@link #CONFIDENCE}
 */
public record RatingDifference(
    long stable, double stableMean, long canary, double canaryMean, double low, double high) {

  public static final double CONFIDENCE = 0.95;

  /** Each of the two means may be missed with half of what is left. */
  static final double ALPHA = (1 - CONFIDENCE) / 2;

  private static final double LEAST = 1;
  private static final double RANGE = 4;

  /** From stars to what {@link BoundedMean} takes. */
  static double share(int stars) {
    return (stars - LEAST) / RANGE;
  }

  static RatingDifference of(BoundedMean stable, BoundedMean canary) {
    return new RatingDifference(
        stable.count(),
        LEAST + RANGE * stable.mean(),
        canary.count(),
        LEAST + RANGE * canary.mean(),
        RANGE * (canary.low() - stable.high()),
        RANGE * (canary.high() - stable.low()));
  }
}

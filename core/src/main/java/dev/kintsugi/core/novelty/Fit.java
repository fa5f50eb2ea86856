package dev.kintsugi.core.novelty;

import java.util.Arrays;

/**
 * An ellipsoid, and how far from it later points were that went well.
 *
 * @param seen points that had been seen when it was fitted
 * @param distances of points that were not fitted, the newest last
 */
public record Fit(long seen, Ellipsoid ellipsoid, float[] distances) {

  private static final double ROUNDING = 1e-9;

  Fit heldOut(float[] point, int kept) {
    int drop = Math.max(0, distances.length + 1 - kept);
    float[] more = Arrays.copyOfRange(distances, drop, distances.length + 1);
    more[more.length - 1] = (float) ellipsoid.distance(point);
    return new Fit(seen, ellipsoid, more);
  }

  /** What is said by it: nothing while it has too few distances for the share that is to pass. */
  public Outlook outlook(NoveltyPolicy policy) {
    return distances.length < policy.leastHeldOut()
        ? new Outlook.Unknown(seen + distances.length, policy.least())
        : new Outlook.Known(ellipsoid, limit(distances, policy.passShare()));
  }

  /**
   * Split conformal prediction: of points that are like the ones held out, at least the share is
   * not further away.
   */
  private static double limit(float[] distances, double share) {
    float[] sorted = distances.clone();
    Arrays.sort(sorted);
    return sorted[(int) Math.ceil((sorted.length + 1) * share - ROUNDING) - 1];
  }
}

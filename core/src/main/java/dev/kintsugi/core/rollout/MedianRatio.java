package dev.kintsugi.core.rollout;

import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;

/**
 * How many times as large the second value of a pair typically is as the first: the median of the
 * ratios, with an interval that may be looked at after every pair.
 *
 * <p>A candidate m is refused when too many ratios lie above it, or below. Under a median of m each
 * ratio is above it with a chance of at most one half, so a bet on "above" at the odds p/½ never
 * gains on average. The average of these bets over all p above ½, after k of n ratios above, has
 * made (sum of C(n+1, i) for i ≤ k) / ((n+1) C(n, k)) of a stake of 1, and by Ville's inequality
 * reaches 2/α with a chance of at most α/2, ever. Ranks ask nothing of the distribution of ratios.
 *
 * @param pairs that both values are known of
 * @param median of the ratios
 * @param bounds empty until there are pairs enough for any
 */
public record MedianRatio(int pairs, double median, Optional<Bounds> bounds) {

  /** Pairs up to which the sums below are finite numbers. */
  private static final int MOST_PAIRS = 1_000;

  /** The median of all ratios there could be is between the two, with confidence 1 − α. */
  public record Bounds(double low, double high) {}

  /**
   * @param ratios second value by first, each positive and finite
   * @param alpha highest probability that the interval ever misses the median, 0..1
   * @return empty without a ratio
   */
  public static Optional<MedianRatio> of(Collection<Double> ratios, double alpha) {
    double[] sorted = ratios.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    if (sorted.length == 0) {
      return Optional.empty();
    }
    if (sorted.length > MOST_PAIRS) {
      throw new IllegalArgumentException("at most " + MOST_PAIRS + " pairs, not " + sorted.length);
    }
    if (!(sorted[0] > 0) || !Double.isFinite(sorted[sorted.length - 1])) {
      throw new IllegalArgumentException("not positive and finite: " + Arrays.toString(sorted));
    }
    return Optional.of(new MedianRatio(sorted.length, median(sorted), bounds(sorted, alpha)));
  }

  private static Optional<Bounds> bounds(double[] sorted, double alpha) {
    int n = sorted.length;
    for (int k = n / 2 + 1; k <= n; k++) {
      if (gain(k, n) >= 2 / alpha) {
        return Optional.of(new Bounds(sorted[n - k], sorted[k - 1]));
      }
    }
    return Optional.empty();
  }

  /** What the average bet made of a stake of 1 when k of n ratios were above. */
  static double gain(int k, int n) {
    double choose = 1;
    double sum = 1;
    for (int i = 1; i <= k; i++) {
      choose *= (n + 2.0 - i) / i;
      sum += choose;
    }
    // C(n+1, k) is C(n, k) (n+1) / (n+1-k).
    return sum / (choose * (n + 1 - k));
  }

  /** The geometric mean of the middle two: the inverse of ratios then has the inverse median. */
  private static double median(double[] sorted) {
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1
        ? sorted[middle]
        : Math.sqrt(sorted[middle - 1]) * Math.sqrt(sorted[middle]);
  }
}

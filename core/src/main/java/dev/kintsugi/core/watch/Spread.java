package dev.kintsugi.core.watch;

import java.util.Arrays;

/**
 * Where values lie and how far they scatter; up to half of them may be wild without moving either.
 *
 * @param count values seen
 * @param mad median absolute deviation from the median
 */
public record Spread(int count, double median, double mad) {
  /** A normal distribution's standard deviation is this many median absolute deviations. */
  private static final double SIGMA = 1.4826;

  public static Spread of(double[] values) {
    if (values.length == 0) {
      return new Spread(0, 0, 0);
    }
    double median = median(values);
    double mad = median(Arrays.stream(values).map(v -> Math.abs(v - median)).toArray());
    return new Spread(values.length, median, mad);
  }

  /** The scatter as a standard deviation. */
  public double sigma() {
    return SIGMA * mad;
  }

  /** The value in the middle; the mean of the two for an even count. */
  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}

package dev.kintsugi.core.slo;

import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/**
 * Logarithmic buckets, mergeable by adding their counts: a quantile read from them is within 1 % of
 * the value of the true one.
 */
public final class ValueBuckets {

  /** Largest error of a quantile, as part of the value. */
  public static final double ERROR = 0.01;

  private static final double LOG_GAMMA = Math.log((1 + ERROR) / (1 - ERROR));
  private static final double SMALLEST = 1e-9;

  private ValueBuckets() {}

  /** Bucket of a value; everything at or below a billionth shares one. */
  public static int bucket(double value) {
    return (int) Math.ceil(Math.log(Math.max(value, SMALLEST)) / LOG_GAMMA);
  }

  /**
   * @param counts events by bucket
   * @return null without events
   */
  public static @Nullable Double quantile(NavigableMap<Integer, Long> counts, double q) {
    long total = counts.values().stream().mapToLong(Long::longValue).sum();
    long rank = Math.max(1, (long) Math.ceil(q * total));
    long seen = 0;
    for (var bucket : counts.entrySet()) {
      seen += bucket.getValue();
      if (seen >= rank) {
        return Math.exp(bucket.getKey() * LOG_GAMMA) * (1 - ERROR);
      }
    }
    return null;
  }
}

package dev.kintsugi.core.queue;

import java.time.Duration;

/**
 * Bounds on trying a job again.
 *
 * @param maxInfrastructureAttempts attempts in all when machines fail under the job
 * @param maxComputeAttempts attempts in all when the computation itself fails
 * @param firstBackoff wait before the second attempt; doubles with each one after
 * @param maxBackoff longest wait between two attempts
 */
public record RetryPolicy(
    int maxInfrastructureAttempts,
    int maxComputeAttempts,
    Duration firstBackoff,
    Duration maxBackoff) {

  public static final RetryPolicy DEFAULT =
      new RetryPolicy(10, 3, Duration.ofMillis(200), Duration.ofSeconds(10));

  public RetryPolicy {
    if (maxInfrastructureAttempts < 1 || maxComputeAttempts < 1) {
      throw new IllegalArgumentException("a job has at least one attempt");
    }
    if (firstBackoff.isNegative() || maxBackoff.compareTo(firstBackoff) < 0) {
      throw new IllegalArgumentException("backoff must satisfy 0 <= first <= max");
    }
  }
}

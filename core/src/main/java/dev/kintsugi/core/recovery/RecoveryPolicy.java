package dev.kintsugi.core.recovery;

import java.time.Duration;

/**
 * Bounds of recovery.
 *
 * @param maxAttempts failures of a job's own after which nothing is generated any more
 * @param maxLosses failures of machines after which nothing is generated any more
 * @param gpuFactor GPU seconds all attempts may take together, as a multiple of the predicted cost
 *     of what was asked
 * @param gpuFloor GPU seconds that are always granted: a tiny job may retry too
 * @param firstBackoff wait before the second attempt; doubles with each one after
 * @param maxBackoff longest such wait
 * @param reserve time kept before the deadline to make an answer without a node
 * @param otherNodePatience how long a job waits for a node that did not fail it
 * @param sameNodePatience how long it waits for the node that failed it, to change the seed only
 */
public record RecoveryPolicy(
    int maxAttempts,
    int maxLosses,
    double gpuFactor,
    double gpuFloor,
    Duration firstBackoff,
    Duration maxBackoff,
    Duration reserve,
    Duration otherNodePatience,
    Duration sameNodePatience) {

  public static final RecoveryPolicy DEFAULT =
      new RecoveryPolicy(
          10,
          100,
          6,
          60,
          Duration.ofMillis(200),
          Duration.ofSeconds(10),
          Duration.ofSeconds(3),
          Duration.ofSeconds(30),
          Duration.ofSeconds(2));

  public RecoveryPolicy {
    if (maxAttempts < 1 || maxLosses < 1) {
      throw new IllegalArgumentException("a job has at least one attempt");
    }
    if (!(gpuFactor >= 1) || !(gpuFloor >= 0)) {
      throw new IllegalArgumentException("the GPU seconds must allow the first attempt");
    }
    if (firstBackoff.isNegative() || maxBackoff.compareTo(firstBackoff) < 0) {
      throw new IllegalArgumentException("backoff must satisfy 0 <= first <= max");
    }
  }

  /** The same for a job whose first failure ends it, whoever is to blame. */
  public RecoveryPolicy once() {
    return new RecoveryPolicy(
        1,
        1,
        gpuFactor,
        gpuFloor,
        firstBackoff,
        maxBackoff,
        reserve,
        otherNodePatience,
        sameNodePatience);
  }

  Duration backoff(int failures) {
    if (failures == 0) {
      return Duration.ZERO;
    }
    Duration wait = firstBackoff.multipliedBy(1L << Math.min(failures - 1, 30));
    return wait.compareTo(maxBackoff) > 0 ? maxBackoff : wait;
  }
}

package dev.kintsugi.core.probe;

import java.time.Duration;

/**
 * How a service's nodes are probed.
 *
 * @param interval between two proofs that a node works
 * @param timeout a probe that takes longer has failed
 * @param failures in a row that take a node out of dispatch, at least 1
 */
public record ProbePolicy(Duration interval, Duration timeout, int failures) {

  /** Part of the interval by which the next probe may come earlier or later. */
  static final double JITTER = 0.1;

  /** A probe that gave way is tried again after this part of the interval. */
  static final int YIELD_PART = 4;

  /**
   * @param spread 0 to 1, drawn anew for each probe, so that nodes do not fall into step
   */
  Duration next(double spread) {
    return part(1 - JITTER + 2 * JITTER * spread);
  }

  Duration part(double share) {
    return Duration.ofMillis(Math.round(interval.toMillis() * share));
  }
}

package dev.kintsugi.core.admission;

import java.time.Duration;

/** How long a client should wait before it asks for a job again. */
public final class PollHint {

  static final long SHORTEST_MILLIS = 200;
  static final long LONGEST_MILLIS = 10_000;

  private PollHint() {}

  /**
   * A quarter of the time left: the last poll then lands within a quarter of the truth, and a job
   * of minutes costs about a dozen requests.
   */
  public static long millis(Duration left) {
    return Math.clamp(left.toMillis() / 4, SHORTEST_MILLIS, LONGEST_MILLIS);
  }

  /** Seconds of its own work a job still needs, at this progress. */
  public static double secondsLeft(double costSeconds, int progress) {
    return costSeconds * (100 - Math.clamp(progress, 0, 100)) / 100;
  }
}

package dev.kintsugi.core.rollout;

import java.util.Arrays;

/**
 * Whether the canary's values of something are larger than stable's, by ranks alone; immutable.
 *
 * <p>Each canary value is ranked among the m stable values that wait, each of which is used once.
 * If the versions are alike, all m + 1 ranks are equally likely, whatever the distribution and its
 * drift. A factor that grows with the rank and has mean 1 over the ranks is then an e-variable, and
 * stays one if the canary's values are stochastically smaller. Factors are exponential tilts; ties
 * take the mean over the ranks they share. Sequential rank tests by betting: Shekhar and Ramdas,
 * "Nonparametric two-sample testing by betting" (2023).
 */
final class Ranks {
  /** Steepness of the factors: gentle ones see small shifts, steep ones large shifts at once. */
  private static final double[] TILTS = {2, 8};

  /** Most values that wait. */
  private static final int LIMIT = 64;

  private final double tolerated;
  private final double smallest;
  private final double[] waiting;
  private final double[] wealth;
  private final double[] health;
  private final long compared;

  private Ranks(
      double tolerated,
      double smallest,
      double[] waiting,
      double[] wealth,
      double[] health,
      long compared) {
    this.tolerated = tolerated;
    this.smallest = smallest;
    this.waiting = waiting;
    this.wealth = wealth;
    this.health = health;
    this.compared = compared;
  }

  /**
   * Nothing seen yet.
   *
   * @param tolerated factor on the canary's values that is no regression yet
   * @param smallest factor that is to be detected
   */
  static Ranks none(double tolerated, double smallest) {
    double[] start = new double[TILTS.length];
    Arrays.fill(start, -Math.log(TILTS.length));
    return new Ranks(tolerated, smallest, new double[0], start, start, 0);
  }

  Ranks stable(double value) {
    int keep = Math.min(waiting.length, LIMIT - 1);
    double[] next = Arrays.copyOfRange(waiting, waiting.length - keep, waiting.length + 1);
    next[keep] = value;
    return new Ranks(tolerated, smallest, next, wealth, health, compared);
  }

  Ranks canary(double value) {
    if (waiting.length == 0) {
      return this;
    }
    int jobs = (waiting.length + 2) / 3;
    double[] block = Arrays.copyOf(waiting, jobs);
    double[] rest = Arrays.copyOfRange(waiting, jobs, waiting.length);
    return new Ranks(
        tolerated,
        smallest,
        rest,
        bet(wealth, block, value / tolerated, 1),
        bet(health, block, value / smallest, -1),
        compared + 1);
  }

  double regression() {
    return LogSum.of(wealth);
  }

  double health() {
    return LogSum.of(health);
  }

  /** How many canary values were ranked. */
  long compared() {
    return compared;
  }

  private static double[] bet(double[] wealth, double[] block, double value, int sign) {
    int below = 0;
    int equal = 0;
    for (double other : block) {
      if (other < value) {
        below++;
      } else if (other == value) {
        equal++;
      }
    }
    double[] next = wealth.clone();
    for (int i = 0; i < next.length; i++) {
      next[i] += factor(sign * TILTS[i], below, below + equal, block.length + 1);
    }
    return next;
  }

  /** Logarithm of the mean factor of the ranks {@code from} to {@code to} among so many. */
  private static double factor(double tilt, int from, int to, int ranks) {
    double all = 0;
    double shared = 0;
    for (int rank = 0; rank < ranks; rank++) {
      double bet = Math.exp(tilt * (rank + 0.5) / ranks);
      all += bet;
      shared += rank >= from && rank <= to ? bet : 0;
    }
    return Math.log(shared / (to - from + 1) / (all / ranks));
  }
}

package dev.kintsugi.core.rollout;

/**
 * The mean of values between 0 and 1, with an interval that may be looked at after every value. It
 * is the predictable plug-in empirical Bernstein confidence sequence (Waudby-Smith and Ramdas,
 * "Estimating means of bounded random variables by betting", 2023, theorem 2), cut with all its
 * earlier ones: the probability that it ever misses the mean is at most {@code alpha}. It asks
 * nothing of the distribution but that each value's expectation, given those before, is the mean.
 */
final class BoundedMean {

  private static final double LARGEST_BET = 0.5;

  private final double alpha;
  private final long count;
  private final double sum;

  /** Sum of the squared distances from the running mean. */
  private final double spread;

  private final Bets bets;
  private final double low;
  private final double high;

  /** Sums over the bets: of the bets, of bet times value, and of what the variance costs. */
  private record Bets(double size, double weighted, double cost) {

    Bets and(double bet, double value, double distance) {
      double rate = (-Math.log1p(-bet) - bet) / 4;
      return new Bets(size + bet, weighted + bet * value, cost + 4 * distance * distance * rate);
    }
  }

  private BoundedMean(
      double alpha, long count, double sum, double spread, Bets bets, double low, double high) {
    this.alpha = alpha;
    this.count = count;
    this.sum = sum;
    this.spread = spread;
    this.bets = bets;
    this.low = low;
    this.high = high;
  }

  /**
   * @param alpha highest probability that the interval ever misses the mean, 0..1
   */
  static BoundedMean none(double alpha) {
    return new BoundedMean(alpha, 0, 0, 0, new Bets(0, 0, 0), 0, 1);
  }

  BoundedMean with(double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException("value must be 0 to 1, but is " + value);
    }
    long next = count + 1;
    double stake = Math.log(2 / alpha);
    double variance = (0.25 + spread) / next;
    double bet = Math.min(LARGEST_BET, Math.sqrt(2 * stake / (variance * next * Math.log1p(next))));
    double before = (0.5 + sum) / next;
    Bets more = bets.and(bet, value, value - before);
    double center = more.weighted() / more.size();
    double radius = (stake + more.cost()) / more.size();
    double after = (0.5 + sum + value) / (next + 1);
    return new BoundedMean(
        alpha,
        next,
        sum + value,
        spread + (value - after) * (value - after),
        more,
        Math.max(low, center - radius),
        Math.min(high, center + radius));
  }

  long count() {
    return count;
  }

  /** NaN without a value. */
  double mean() {
    return count == 0 ? Double.NaN : sum / count;
  }

  double low() {
    return low;
  }

  double high() {
    return high;
  }
}

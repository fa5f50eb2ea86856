package dev.kintsugi.core.rollout;

/**
 * What a rollout's verdict has to guarantee.
 *
 * @param alpha most chance that a version no worse than stable is ever rolled back, (0, 0.5]
 * @param beta most chance that a version worse by {@code smallestRegression}, or slower by {@code
 *     smallestSlowdown}, is not rolled back, if the time allows a verdict, (0, 0.5]
 * @param smallestRegression smallest rise of the share of bad jobs that is worth detecting, as a
 *     difference of shares, [0.001, 0.5]: 0.04 finds 1 % → 5 %
 * @param smallestSlowdown smallest rise of time, or of cost, per unit of work that is worth
 *     detecting, as a share of stable's, [0.02, 10]
 * @param priceRatio price of a GPU second of the canary over that of stable, [0.01, 100]
 */
public record VerdictPolicy(
    double alpha,
    double beta,
    double smallestRegression,
    double smallestSlowdown,
    double priceRatio) {

  public static final double LEAST_PRICE_RATIO = 0.01;
  public static final double MOST_PRICE_RATIO = 100;

  public static final VerdictPolicy DEFAULT = new VerdictPolicy(0.01, 0.05, 0.04, 0.25, 1);

  public VerdictPolicy {
    requireWithin("alpha", alpha, 1e-9, 0.5);
    requireWithin("beta", beta, 1e-9, 0.5);
    requireWithin("smallestRegression", smallestRegression, 0.001, 0.5);
    requireWithin("smallestSlowdown", smallestSlowdown, 0.02, 10);
    requireWithin("priceRatio", priceRatio, LEAST_PRICE_RATIO, MOST_PRICE_RATIO);
  }

  public VerdictPolicy(double alpha, double beta, double smallestRegression) {
    this(alpha, beta, smallestRegression, DEFAULT.smallestSlowdown, DEFAULT.priceRatio);
  }

  /** Natural logarithm of the evidence that rolls back. */
  double rollbackAt() {
    return -Math.log(alpha);
  }

  /**
   * Natural logarithm of the evidence that promotes to everyone. A tenth of β is kept for a worse
   * version that is still undecided at the limit.
   */
  double promoteAt() {
    return -Math.log(0.9 * beta);
  }

  private static void requireWithin(String field, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw new IllegalArgumentException(
          "%s must be from %s to %s, but is %s".formatted(field, least, most, value));
    }
  }
}

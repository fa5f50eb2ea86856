package dev.kintsugi.core.rollout;

/**
 * Running estimate of stable's share of bad jobs. Older jobs fade, so that it follows a drift.
 *
 * @param jobs how many jobs it rests on, after fading
 * @param bad how many of them were bad, after fading
 */
record Baseline(double jobs, double bad) {
  static final Baseline UNKNOWN = new Baseline(0, 0);

  /** Most jobs it rests on. */
  private static final double MEMORY = 2000;

  /** What is believed before any job: half a bad job in thirty. */
  private static final double PRIOR_BAD = 0.5;

  private static final double PRIOR_JOBS = 30;

  Baseline with(int moreJobs, int moreBad) {
    double keep = MEMORY / (MEMORY + moreJobs);
    return new Baseline(jobs * keep + moreJobs, bad * keep + moreBad);
  }

  double rate() {
    return (bad + PRIOR_BAD) / (jobs + PRIOR_JOBS);
  }

  /**
   * Upper bound of the share of bad jobs: the largest p with {@code jobs · KL(bad/jobs ‖ p) ≤
   * logRisk}, exceeded with a chance of at most exp(-logRisk) (Chernoff's bound). 1 without jobs.
   */
  double upperBound(double logRisk) {
    if (jobs == 0) {
      return 1;
    }
    double seen = bad / jobs;
    double low = seen;
    double high = 1;
    for (int i = 0; i < 50; i++) {
      double middle = (low + high) / 2;
      if (jobs * divergence(seen, middle) > logRisk) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return high;
  }

  /** Kullback–Leibler divergence of two Bernoulli distributions. */
  private static double divergence(double p, double q) {
    return term(p, q) + term(1 - p, 1 - q);
  }

  private static double term(double p, double q) {
    return p == 0 ? 0 : q == 0 ? Double.POSITIVE_INFINITY : p * Math.log(p / q);
  }
}

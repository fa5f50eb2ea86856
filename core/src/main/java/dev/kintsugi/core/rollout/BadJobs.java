package dev.kintsugi.core.rollout;

import java.util.Arrays;

/**
 * Whether the canary makes more bad jobs than stable; immutable.
 *
 * <p>Each canary job forms a block with n stable jobs that ended about the same time and were in no
 * block before. A block's factor is the likelihood of its outcomes under an alternative divided by
 * their likelihood under that point of the null hypothesis that is nearest to the alternative in
 * Kullback–Leibler divergence (the reverse information projection): the growth-rate optimal
 * e-variable of Grünwald, de Heide and Koolen, "Safe Testing" (2024), for two proportions as in
 * Turner, Ly and Grünwald, "Generic E-variables for exact sequential k-sample tests that allow for
 * optional stopping" (2024). The alternative of a block may depend on everything before it. The
 * product over the blocks is a test supermartingale, so by Ville's inequality it ever reaches 1/α
 * with a chance of at most α, however often it is looked at.
 *
 * <p>Only the nearest point matters for this, not how good the estimates are. Let a block's factor
 * be f(canary) · Π g(stable). Its logarithm has an expectation of at most f'·Δ + n·g'·Δ', where Δ
 * and Δ' are the distances of the true rates from the nearest point and f', g' the negative slopes
 * of the divergence there; that sum is not positive for any point of a convex null hypothesis,
 * because the nearest point is a minimum. As only the mean of Δ' counts, stable's rate may change
 * within a block, and from block to block as it likes: the guarantee holds under any drift that
 * both versions share.
 *
 * <p>A regression may have any size from the smallest one worth detecting. The wealth is a mixture
 * over four of them, most of it on the smallest, which takes longest to prove.
 */
final class BadJobs {
  /** Shares of the mixture, from the smallest regression to the largest. */
  private static final double[] SHARES = {0.66, 0.04, 0.22, 0.08};

  /** Share of bad jobs of the largest regression. */
  private static final double WORST = 0.95;

  /**
   * After so many canary jobs without a stable one, the bound of what stable did is compared with.
   */
  private static final int ALONE = 20;

  /** How much rarer than α that bound is exceeded. */
  private static final double BOUND_RISK = 0.1;

  private final VerdictPolicy policy;
  private final StableQueue waiting;
  private final Baseline baseline;
  private final double[] wealth;
  private final double health;
  private final int alone;

  private BadJobs(
      VerdictPolicy policy,
      StableQueue waiting,
      Baseline baseline,
      double[] wealth,
      double health,
      int alone) {
    this.policy = policy;
    this.waiting = waiting;
    this.baseline = baseline;
    this.wealth = wealth;
    this.health = health;
    this.alone = alone;
  }

  static BadJobs none(VerdictPolicy policy) {
    double[] wealth = new double[SHARES.length];
    Arrays.setAll(wealth, i -> Math.log(SHARES[i]));
    return new BadJobs(policy, StableQueue.EMPTY, Baseline.UNKNOWN, wealth, 0, 0);
  }

  BadJobs stable(boolean bad) {
    return new BadJobs(policy, bad ? waiting.bad() : waiting.good(1), baseline, wealth, health, 0);
  }

  BadJobs stableGood(long jobs) {
    return jobs == 0 ? this : new BadJobs(policy, waiting.good(jobs), baseline, wealth, health, 0);
  }

  BadJobs canary(boolean bad) {
    if (waiting.size() == 0) {
      return alone(bad);
    }
    StableQueue queue = waiting;
    Baseline known = baseline;
    if (known.jobs() == 0 && queue.size() > 1) {
      int first = queue.size() / 2;
      known = known.with(first, queue.bad(first));
      queue = queue.drop(first);
    }
    // A third of what waits: blocks stay near the same size though stable jobs end at random.
    int jobs = (queue.size() + 2) / 3;
    int badJobs = queue.bad(jobs);
    return new BadJobs(
        policy,
        queue.drop(jobs),
        known.with(jobs, badJobs),
        wealth(known.rate(), bad, jobs, badJobs),
        health + healthFactor(known.rate(), bad, jobs, badJobs),
        alone + 1);
  }

  /** Stable jobs that wait for a canary job to be compared with. */
  int waiting() {
    return waiting.size();
  }

  /** Natural logarithm of the evidence that the canary is worse. */
  double regression() {
    return regression(0);
  }

  /** The same if so many more jobs of the canary were good, whatever stable's do. */
  double regression(long good) {
    double[] next = wealth.clone();
    for (int i = 0; i < next.length && good > 0; i++) {
      next[i] += good * ratio(worse(baseline.rate(), i), baseline.rate(), false);
    }
    return LogSum.of(next);
  }

  /** Natural logarithm of the evidence that it is not worse by the smallest regression. */
  double health() {
    return health;
  }

  /**
   * Without stable jobs of the same time, the bound of what stable did before takes the place of
   * the nearest point. That guards against chance, not against a drift since.
   */
  private BadJobs alone(boolean bad) {
    double bound =
        alone < ALONE ? 1 : baseline.upperBound(policy.rollbackAt() - Math.log(BOUND_RISK));
    double[] next = wealth.clone();
    for (int i = 0; i < next.length && bound < WORST; i++) {
      next[i] += ratio(Math.max(bound, worse(baseline.rate(), i)), bound, bad);
    }
    return new BadJobs(policy, waiting, baseline, next, health, alone + 1);
  }

  private double[] wealth(double rate, boolean bad, int jobs, int badJobs) {
    double stable = Math.min(rate, WORST - 0.01);
    double[] next = wealth.clone();
    for (int i = 0; i < next.length; i++) {
      double worse = worse(stable, i);
      double nearest = (worse + jobs * stable) / (1 + jobs);
      next[i] +=
          ratio(worse, nearest, bad)
              + badJobs * ratio(stable, nearest, true)
              + (jobs - badJobs) * ratio(stable, nearest, false);
    }
    return next;
  }

  /** Sizes grow evenly on a logarithmic scale from the smallest regression to the worst. */
  private double worse(double stable, int i) {
    double smallest = policy.smallestRegression();
    double size = smallest * Math.pow(WORST / smallest, i / (SHARES.length - 1.0));
    return Math.max(stable, Math.min(WORST, stable + size));
  }

  private double healthFactor(double rate, boolean bad, int jobs, int badJobs) {
    double step = policy.smallestRegression();
    double same = Math.min(rate, 0.99 - step);
    double nearest = nearestRegressed(same, step, jobs);
    return ratio(same, nearest + step, bad)
        + badJobs * ratio(same, nearest, true)
        + (jobs - badJobs) * ratio(same, nearest, false);
  }

  /**
   * Stable's rate θ of the null hypothesis "canary θ + step, stable θ" nearest to equal rates: the
   * root of the derivative of the divergence, which grows with θ below {@code same}.
   */
  static double nearestRegressed(double same, double step, int jobs) {
    double low = 0;
    double high = same;
    double at = same * jobs / (jobs + 1.0);
    for (int i = 0; i < 60; i++) {
      double up = at + step;
      double slope = (up - same) / (up * (1 - up)) + jobs * (at - same) / (at * (1 - at));
      if (slope > 0) {
        high = at;
      } else {
        low = at;
      }
      double curve = curvature(same, up) + jobs * curvature(same, at);
      double next = at - slope / curve;
      if (!(next > low && next < high)) {
        next = (low + high) / 2;
      }
      if (Math.abs(next - at) <= 1e-14 * at) {
        return next;
      }
      at = next;
    }
    return at;
  }

  private static double curvature(double p, double q) {
    return p / (q * q) + (1 - p) / ((1 - q) * (1 - q));
  }

  private static double ratio(double above, double below, boolean bad) {
    return bad ? Math.log(above / below) : Math.log1p((below - above) / (1 - below));
  }
}

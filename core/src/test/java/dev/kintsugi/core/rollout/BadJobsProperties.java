package dev.kintsugi.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;

/** The evidence is a test supermartingale, checked exactly: over all outcomes of the next block. */
class BadJobsProperties {
  @Property(tries = 300)
  void aVersionNoWorseThanStableGainsNothingOnAverage(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 60) int block,
      @ForAll @Scale(4) @DoubleRange(min = 0, max = 1) double stable,
      @ForAll @Scale(4) @DoubleRange(min = 0, max = 1) double share) {
    assertThat(meanGrowth(history(seed), block, stable, stable * share, BadJobs::regression))
        .isLessThanOrEqualTo(1 + 1e-9);
  }

  @Property(tries = 300)
  void aVersionWorseByTheSmallestRegressionGainsNoHealthOnAverage(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 60) int block,
      @ForAll @Scale(4) @DoubleRange(min = 0, max = 1) double stable,
      @ForAll @Scale(4) @DoubleRange(min = 0, max = 1) double share) {
    double step = VerdictPolicy.DEFAULT.smallestRegression();
    double least = Math.min(stable, 1 - step);
    double canary = least + step + share * (1 - least - step);
    assertThat(meanGrowth(history(seed), block, least, canary, BadJobs::health))
        .isLessThanOrEqualTo(1 + 1e-9);
  }

  @Property(tries = 300)
  void aBadCanaryJobSpeaksAgainstItAndAGoodOneForIt(@ForAll long seed) {
    BadJobs before = history(seed).stableGood(30);
    assertThat(before.canary(true).regression()).isGreaterThan(before.canary(false).regression());
    assertThat(before.canary(true).health()).isLessThan(before.canary(false).health());
    assertThat(before.canary(false).regression())
        .as("good jobs never add evidence of a regression")
        .isLessThanOrEqualTo(before.regression() + 1e-12);
    assertThat(before.regression(5)).isLessThan(before.regression());
  }

  @Property(tries = 200)
  void theNearestRegressedPairIsAMinimum(
      @ForAll @Scale(4) @DoubleRange(min = 0.0002, max = 0.9) double same,
      @ForAll @Scale(4) @DoubleRange(min = 0.001, max = 0.5) double step,
      @ForAll @IntRange(min = 1, max = 1000) int jobs) {
    if (same + step > 0.99) {
      return;
    }
    double at = BadJobs.nearestRegressed(same, step, jobs);
    double least = divergence(same, at + step) + jobs * divergence(same, at);
    for (double other : new double[] {at * 0.999, at * 1.001}) {
      assertThat(divergence(same, other + step) + jobs * divergence(same, other))
          .isGreaterThanOrEqualTo(least - 1e-12);
    }
  }

  /**
   * Mean of exp(growth of the logarithm) by the next canary job and the stable jobs of its block.
   */
  private static double meanGrowth(
      BadJobs drained, int block, double stable, double canary, ToDoubleFunction<BadJobs> log) {
    double mean = 0;
    for (int bad = 0; bad <= block; bad++) {
      BadJobs waiting = drained;
      for (int i = 0; i < bad; i++) {
        waiting = waiting.stable(true);
      }
      // Only the oldest third of the queue is in the block.
      waiting = waiting.stableGood(3L * block - 2 - bad);
      double chance = binomial(block, bad, stable);
      double before = log.applyAsDouble(drained);
      mean += chance * canary * Math.exp(log.applyAsDouble(waiting.canary(true)) - before);
      mean += chance * (1 - canary) * Math.exp(log.applyAsDouble(waiting.canary(false)) - before);
    }
    return mean;
  }

  /** Some jobs of both versions, after which no stable job waits. */
  private static BadJobs history(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double rate = random.nextDouble();
    BadJobs jobs = BadJobs.none(VerdictPolicy.DEFAULT);
    for (int i = random.nextInt(200) + 3; i > 0; i--) {
      boolean bad = random.nextDouble() < rate;
      jobs = random.nextInt(10) == 0 ? jobs.canary(bad) : jobs.stable(bad);
    }
    while (jobs.waiting() > 0) {
      jobs = jobs.canary(random.nextDouble() < rate);
    }
    return jobs;
  }

  private static double binomial(int jobs, int bad, double rate) {
    double chance = 1;
    for (int i = 0; i < bad; i++) {
      chance *= rate * (jobs - i) / (i + 1);
    }
    return chance * Math.pow(1 - rate, jobs - bad);
  }

  private static double divergence(double p, double q) {
    return p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q));
  }
}

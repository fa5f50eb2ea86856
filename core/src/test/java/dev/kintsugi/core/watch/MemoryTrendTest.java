package dev.kintsugi.core.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.watch.MemoryTrend.Policy;
import dev.kintsugi.core.watch.MemoryTrend.Reason;
import dev.kintsugi.core.watch.MemoryTrend.Verdict;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class MemoryTrendTest {
  /**
   * Whether noise is taken for a leak is a matter of rates: one in 1,500 histories of noise that
   * remembers itself, two of caches that fill up. So the histories are the same each time.
   */
  private static final String SEED = "20260601";

  private static final Policy POLICY = new Policy(8, 500);
  private static final int WINDOW = 64;
  private static final double LIMIT = 16e9;
  private static final double BASE = 4e9;
  private static final double MB = 1e6;

  @Property(tries = 200, seed = SEED)
  void noiseIsNoLeak(@ForAll long seed, @ForAll @DoubleRange(min = 0, max = 500) double noiseMb) {
    Random random = new Random(seed);
    assertThat(firstFlag(300, i -> BASE + noiseMb * MB * random.nextGaussian())).isEqualTo(-1);
  }

  @Property(tries = 200, seed = SEED)
  void noiseThatRemembersItselfIsNoLeak(@ForAll long seed) {
    Random random = new Random(seed);
    double[] level = {0};
    assertThat(
            firstFlag(
                300,
                i -> {
                  level[0] = 0.5 * level[0] + 100 * MB * random.nextGaussian();
                  return BASE + level[0];
                }))
        .isEqualTo(-1);
  }

  @Property(tries = 200, seed = SEED)
  void cachesThatFillUpAreNoLeak(
      @ForAll long seed,
      @ForAll @DoubleRange(min = 1, max = 8) double tau,
      @ForAll @DoubleRange(min = 0, max = 50) double noiseMb) {
    Random random = new Random(seed);
    // The first jobs of a process are left out by the caller.
    assertThat(
            firstFlag(
                300,
                i ->
                    BASE
                        + 2_000 * MB * (1 - Math.exp(-(i + 3 * tau) / tau))
                        + noiseMb * MB * random.nextGaussian()))
        .isEqualTo(-1);
  }

  @Property(tries = 200, seed = SEED)
  void oneJumpIsNoLeak(@ForAll long seed, @ForAll @IntRange(min = 5, max = 250) int at) {
    Random random = new Random(seed);
    assertThat(
            firstFlag(
                300, i -> BASE + (i >= at ? 3_000 * MB : 0) + 20 * MB * random.nextGaussian()))
        .isEqualTo(-1);
  }

  @Property(tries = 200, seed = SEED)
  void steadyGrowthIsFlaggedBeforeHalfOfTheRoomIsGone(
      @ForAll long seed,
      @ForAll @IntRange(min = 60, max = 400) int jobsToLimit,
      @ForAll @DoubleRange(min = 0, max = 2) double noise) {
    Random random = new Random(seed);
    double perJob = (LIMIT - BASE) / jobsToLimit;
    int flagged = firstFlag(jobsToLimit, i -> BASE + perJob * (i + noise * random.nextGaussian()));
    assertThat(flagged).isBetween(8, jobsToLimit / 2);
  }

  @Property(tries = 100, seed = SEED)
  void theEstimateIsNearTheTruth(
      @ForAll long seed, @ForAll @IntRange(min = 100, max = 400) int jobsToLimit) {
    Random random = new Random(seed);
    double perJob = (LIMIT - BASE) / jobsToLimit;
    double[] values =
        IntStream.range(0, WINDOW)
            .mapToDouble(i -> BASE + perJob * (i + random.nextGaussian()))
            .toArray();
    // A peak of one job moves nothing.
    values[20] += 2e9;
    Verdict verdict = MemoryTrend.judge(values, LIMIT, POLICY);
    assertThat(verdict)
        .isInstanceOfSatisfying(
            Verdict.Leaking.class,
            leak ->
                assertThat(leak.jobsLeft())
                    .isBetween(0.85 * (jobsToLimit - WINDOW), 1.15 * (jobsToLimit - WINDOW) + 3));
  }

  @Test
  void aFastLeakIsFlaggedAsSoonAsItCanBe() {
    assertThat(firstFlag(24, i -> BASE + 500 * MB * i)).isEqualTo(8);
  }

  @Test
  void growthThatNeedsYearsIsNoNews() {
    double[] slow = IntStream.range(0, WINDOW).mapToDouble(i -> BASE + 1e4 * i).toArray();
    assertThat(MemoryTrend.judge(slow, LIMIT, POLICY))
        .isInstanceOfSatisfying(
            Verdict.Sound.class, s -> assertThat(s.reason()).isEqualTo(Reason.LIMIT_FAR));
  }

  /** Jobs done when a leak is first told of; -1 when never. */
  private static int firstFlag(int jobs, IntToDoubleFunction afterJob) {
    double[] values = IntStream.range(0, jobs).mapToDouble(afterJob).toArray();
    for (int n = 1; n <= jobs; n++) {
      double[] window = Arrays.copyOfRange(values, Math.max(0, n - WINDOW), n);
      if (MemoryTrend.judge(window, LIMIT, POLICY) instanceof Verdict.Leaking) {
        return n;
      }
    }
    return -1;
  }
}

package dev.kintsugi.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Seeded rollouts, each judged after every canary job. */
class FalseRollbackTest {
  private static final VerdictPolicy POLICY = VerdictPolicy.DEFAULT;
  private static final Situation LAST =
      new Situation(0, 2, false, List.of(), Duration.ZERO, Duration.ofDays(1), 0, 0);
  private static final int TRACES = 500;

  /** α of 500 traces are 5; more than 13 happen with a chance below 0.001. */
  private static final long MOST = 13;

  /**
   * Both versions share a rate that may swing; of each {@code stable} + 1 jobs one is the canary's.
   */
  private static boolean rollsBack(
      long seed, int jobs, int stable, double rate, double swing, double regression) {
    SplittableRandom random = new SplittableRandom(seed * 7_919 + 13);
    Evidence evidence = Evidence.none(POLICY);
    for (int i = 0; i < jobs; i++) {
      double now = rate + swing * (0.5 - 0.5 * Math.cos(i / 20.0));
      for (int j = 0; j < stable; j++) {
        evidence = evidence.with(job(Arm.STABLE, random, now));
      }
      evidence = evidence.with(job(Arm.CANARY, random, now + regression));
      if (RolloutJudge.decide(evidence, LAST) instanceof RolloutVerdict.Rollback) {
        return true;
      }
    }
    return false;
  }

  private static JobOutcome job(Arm arm, SplittableRandom random, double bad) {
    Ending ending = random.nextDouble() < bad ? Ending.FAILED : Ending.GOOD;
    double pace = 1 + 0.3 * random.nextDouble();
    return new JobOutcome(
        "j", arm, Instant.EPOCH, ending, pace, 1 + random.nextDouble(), 1 + random.nextInt(5));
  }

  @ParameterizedTest
  @CsvSource({
    "19, 0.01, 0",
    "1, 0.01, 0",
    "1, 0.3, 0",
    "4, 0.01, 0.2",
  })
  void healthyVersionsAreRolledBackNoMoreOftenThanDeclared(int stable, double rate, double swing) {
    long rolledBack =
        LongStream.range(0, TRACES)
            .parallel()
            .filter(seed -> rollsBack(seed, 100, stable, rate, swing, 0))
            .count();
    assertThat(rolledBack).isLessThanOrEqualTo(MOST);
  }

  @Test
  void aVersionThatFailsAThirdOfItsJobsIsFoundWithinSixtyOfThem() {
    assertThat(
            LongStream.range(0, 300).filter(seed -> rollsBack(seed, 60, 19, 0.01, 0, 0.29)).count())
        .isEqualTo(300);
  }
}

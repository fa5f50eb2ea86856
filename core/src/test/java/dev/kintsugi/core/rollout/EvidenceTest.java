package dev.kintsugi.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EvidenceTest {
  private static final VerdictPolicy POLICY = VerdictPolicy.DEFAULT;

  private static JobOutcome job(Arm arm, Ending ending, double pace) {
    return new JobOutcome("j", arm, Instant.EPOCH, ending, pace, Double.NaN, null);
  }

  private static List<JobOutcome> outcomes(long seed, int jobs) {
    SplittableRandom random = new SplittableRandom(seed);
    List<JobOutcome> result = new ArrayList<>();
    for (int i = 0; i < jobs; i++) {
      Arm arm = random.nextInt(10) == 0 ? Arm.CANARY : Arm.STABLE;
      Ending ending = Ending.values()[random.nextInt(Ending.values().length)];
      double pace = random.nextInt(5) == 0 ? Double.NaN : 1 + random.nextDouble();
      double score = random.nextInt(5) == 0 ? Double.NaN : 1 + random.nextDouble();
      Integer rating = random.nextInt(3) == 0 ? 1 + random.nextInt(5) : null;
      result.add(new JobOutcome("j" + i, arm, Instant.EPOCH, ending, pace, score, rating));
    }
    return result;
  }

  @Test
  void recomputedFromTheLedgerItIsTheSame() {
    List<JobOutcome> all = outcomes(1, 500);
    Evidence atOnce = Evidence.of(POLICY, all);
    Evidence afterRestart = Evidence.of(POLICY, all.subList(0, 200));
    Evidence branch = afterRestart.with(job(Arm.CANARY, Ending.FAILED, Double.NaN));
    for (JobOutcome outcome : all.subList(200, 500)) {
      afterRestart = afterRestart.with(outcome);
    }
    assertThat(branch.jobs(Arm.CANARY)).isPositive();
    assertThat(afterRestart.regression()).isEqualTo(atOnce.regression());
    assertThat(afterRestart.health()).isEqualTo(atOnce.health());
    assertThat(afterRestart.counts(Arm.CANARY)).isEqualTo(atOnce.counts(Arm.CANARY));
  }

  @Test
  void manyGoodJobsAreTheSameAsEachOfThem() {
    Evidence one = Evidence.of(POLICY, outcomes(2, 100));
    Evidence many = one.withGood(Arm.STABLE, 1500).withGood(Arm.CANARY, 7);
    for (int i = 0; i < 1500; i++) {
      one = one.with(job(Arm.STABLE, Ending.GOOD, Double.NaN));
    }
    for (int i = 0; i < 7; i++) {
      one = one.with(job(Arm.CANARY, Ending.GOOD, Double.NaN));
    }
    assertThat(many.regression()).isEqualTo(one.regression(), within(1e-12));
    assertThat(many.health()).isEqualTo(one.health(), within(1e-12));
    assertThat(many.jobs(Arm.STABLE)).isEqualTo(one.jobs(Arm.STABLE));
  }

  @Test
  void theOrderOfStableJobsBetweenTwoCanaryJobsHardlyMatters() {
    Evidence early = Evidence.none(POLICY);
    Evidence late = early;
    for (int i = 0; i < 100; i++) {
      Ending canary = i % 10 == 0 ? Ending.FAILED : Ending.GOOD;
      JobOutcome bad = job(Arm.STABLE, Ending.FAILED, Double.NaN);
      JobOutcome next = job(Arm.CANARY, canary, Double.NaN);
      early = early.with(bad).withGood(Arm.STABLE, 98).with(next);
      late = late.withGood(Arm.STABLE, 98).with(bad).with(next);
    }
    assertThat(early.regression()).isEqualTo(late.regression(), within(0.7));
  }

  @ParameterizedTest
  @EnumSource(
      value = Ending.class,
      names = {"FAILED", "LATE", "LOW_QUALITY", "DEGRADED"})
  void allBadEndingsWeighTheSame(Ending ending) {
    Evidence before = Evidence.none(POLICY).withGood(Arm.STABLE, 300);
    Evidence after = before.with(job(Arm.CANARY, ending, Double.NaN));
    Evidence failed = before.with(job(Arm.CANARY, Ending.FAILED, Double.NaN));
    assertThat(after.regression()).isEqualTo(failed.regression());
    assertThat(after.count(Arm.CANARY, ending)).isEqualTo(1);
    assertThat(after.bad(Arm.CANARY)).isEqualTo(1);
  }

  @Test
  void excusedJobsCountForNobody() {
    Evidence evidence = Evidence.none(POLICY).withGood(Arm.STABLE, 300);
    Evidence after = evidence;
    for (int i = 0; i < 50; i++) {
      after =
          after.with(job(Arm.CANARY, Ending.EXCUSED, 100)).with(job(Arm.STABLE, Ending.EXCUSED, 1));
    }
    assertThat(after.regression()).isEqualTo(evidence.regression());
    assertThat(after.jobs(Arm.CANARY)).isZero();
    assertThat(after.count(Arm.CANARY, Ending.EXCUSED)).isEqualTo(50);
  }

  @Test
  void withoutStableJobsNothingIsSaid() {
    Evidence evidence = Evidence.none(POLICY).withLate(500);
    assertThat(evidence.regression()).isEqualTo(0, within(1e-12));
    assertThat(evidence.health()).isZero();
  }

  @Test
  void ifEverythingFailsEverywhereTheVersionIsNotToBlame() {
    Evidence evidence = Evidence.none(POLICY);
    for (int i = 0; i < 2000; i++) {
      evidence =
          evidence.with(job(i % 10 == 0 ? Arm.CANARY : Arm.STABLE, Ending.FAILED, Double.NaN));
    }
    assertThat(evidence.regression()).isLessThan(1);
  }

  @Test
  void pacesOfFailedAttemptsSayNothing() {
    Evidence evidence = Evidence.none(POLICY);
    for (int i = 0; i < 40; i++) {
      evidence =
          evidence.with(job(Arm.STABLE, Ending.GOOD, 1)).with(job(Arm.CANARY, Ending.FAILED, 9));
    }
    assertThat(evidence.regression(Channel.TIME)).isEqualTo(0, within(1e-12));
  }

  @Test
  void aScoreIsAtLeastZero() {
    assertThatThrownBy(
            () -> new JobOutcome("j", Arm.CANARY, Instant.EPOCH, Ending.GOOD, 1, -1, null))
        .hasMessage("score must be 0 or more or NaN, but is -1.0");
  }
}

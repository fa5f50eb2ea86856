package dev.kintsugi.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kintsugi.core.rollout.RolloutVerdict.Continue;
import dev.kintsugi.core.rollout.RolloutVerdict.Inconclusive;
import dev.kintsugi.core.rollout.RolloutVerdict.Promote;
import dev.kintsugi.core.rollout.RolloutVerdict.Reason;
import dev.kintsugi.core.rollout.RolloutVerdict.Rollback;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RolloutJudgeTest {
  private static final VerdictPolicy POLICY = VerdictPolicy.DEFAULT;
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);

  private static Evidence healthy(int canaryJobs) {
    Evidence evidence = Evidence.none(POLICY);
    for (int i = 0; i < canaryJobs; i++) {
      evidence = evidence.withGood(Arm.STABLE, 99).withGood(Arm.CANARY, 1);
    }
    return evidence;
  }

  private static Evidence broken() {
    return healthy(3).withGood(Arm.STABLE, 300).withLate(3);
  }

  private static Situation at(int step, Hold... holds) {
    return new Situation(step, 5, false, List.of(holds), HOUR, DAY, 0, 0);
  }

  private static final Situation OVER = new Situation(0, 5, false, List.of(), DAY, DAY, 0, 0);

  private static JobOutcome paced(Arm arm, double pace) {
    return new JobOutcome("j", arm, Instant.EPOCH, Ending.GOOD, pace, Double.NaN, null);
  }

  private static JobOutcome scored(Arm arm, double score) {
    return new JobOutcome("j", arm, Instant.EPOCH, Ending.GOOD, Double.NaN, score, null);
  }

  private static RolloutVerdict decide(Evidence evidence, Situation now) {
    return RolloutJudge.decide(evidence, now);
  }

  @Test
  void noJobsSayNothing() {
    RolloutVerdict verdict = decide(Evidence.none(POLICY), at(0));
    assertThat(verdict).isInstanceOf(Continue.class);
    assertThat(verdict.reason()).isEqualTo(Reason.GATHERING_EVIDENCE);
    assertThat(verdict.numbers().regression()).isEqualTo(1, within(1e-12));
    assertThat(verdict.message())
        .isEqualTo(
            "No verdict yet: 0 of 0 canary jobs were bad, and 0 of 0 stable ones;"
                + " evidence of health 1.00 of 2.17, evidence of a regression 1.00 of 100.");
  }

  @ParameterizedTest
  @CsvSource({"0, 45", "1, 80", "2, 115", "3, 150", "4, 150"})
  void eachStepNeedsMoreEvidenceOfHealth(int step, int enough) {
    assertThat(decide(healthy(enough), at(step))).isInstanceOf(Promote.class);
    assertThat(decide(healthy(enough / 3), at(step))).isInstanceOf(Continue.class);
  }

  @Test
  void threeBadJobsInARowRollBack() {
    RolloutVerdict verdict = decide(broken(), at(0));
    assertThat(verdict).isInstanceOf(Rollback.class);
    assertThat(verdict.reason()).isEqualTo(Reason.MORE_BAD_JOBS);
    assertThat(verdict.message())
        .startsWith(
            "The canary makes more bad jobs: 3 of 6 canary jobs were bad (50.0 %),"
                + " and 0 of 597 stable ones (0.0 %); evidence of a regression ");
  }

  @ParameterizedTest
  @EnumSource(Hold.class)
  void aHoldStopsAPromotionButNoRollback(Hold hold) {
    assertThat(decide(broken(), at(0, hold))).isInstanceOf(Rollback.class);
    assertThat(decide(healthy(200), at(0, hold)))
        .isInstanceOfSatisfying(
            RolloutVerdict.Hold.class,
            held -> {
              assertThat(held.holds()).containsExactly(hold);
              assertThat(held.proven()).isTrue();
              assertThat(held.message()).startsWith("Held, because " + hold.sentence() + "; ");
            });
    assertThat(decide(healthy(1), at(0, hold)))
        .isInstanceOfSatisfying(
            RolloutVerdict.Hold.class, held -> assertThat(held.proven()).isFalse());
  }

  @Test
  void theWatchAfterPromotionOnlyRollsBack() {
    Situation watch = new Situation(4, 5, true, List.of(), DAY, HOUR, 0, 0);
    assertThat(decide(healthy(1), watch))
        .isInstanceOfSatisfying(
            Continue.class, on -> assertThat(on.reason()).isEqualTo(Reason.WATCHING));
    assertThat(decide(broken(), watch)).isInstanceOf(Rollback.class);
  }

  @Test
  void withoutStableJobsOfItsTimeItIsWatchedByWhatStableDidBefore() {
    Evidence alone = healthy(300).withGood(Arm.CANARY, 100);
    assertThat(alone.withLate(2).regression()).isLessThan(POLICY.rollbackAt());
    assertThat(alone.withLate(40).regression()).isGreaterThan(POLICY.rollbackAt());
  }

  @Test
  void theLimitEndsWhatIsNotProven() {
    assertThat(decide(healthy(1), OVER).reason()).isEqualTo(Reason.LIMIT_REACHED);
    assertThat(decide(healthy(200), OVER)).isInstanceOf(Promote.class);
    assertThat(decide(Evidence.none(POLICY).withGood(Arm.STABLE, 9), OVER))
        .isInstanceOfSatisfying(
            Inconclusive.class,
            end -> {
              assertThat(end.reason()).isEqualTo(Reason.NO_CANARY_JOBS);
              assertThat(end.message()).startsWith("The canary made no jobs in the time it had: ");
            });
    assertThat(decide(Evidence.none(POLICY).withLate(9), OVER).reason())
        .isEqualTo(Reason.NO_STABLE_JOBS);
  }

  @Test
  void jobsInFlightCountOnceTheyAreCertainToBeBad() {
    Evidence evidence = healthy(3).withGood(Arm.STABLE, 300);
    Situation late = new Situation(0, 5, false, List.of(), HOUR, DAY, 3, 0);
    RolloutVerdict verdict = decide(evidence, late);
    assertThat(verdict).isInstanceOf(Rollback.class);
    assertThat(verdict.numbers().canaryBad()).isZero();
    assertThat(verdict.message()).contains(", and 3 more in flight are certain to be bad; ");
  }

  @Test
  void jobsThatBadOnesOvertookCountAsGood() {
    Situation overtaken = new Situation(0, 5, false, List.of(), HOUR, DAY, 0, 20);
    Evidence twoBad = healthy(3).withGood(Arm.STABLE, 300).withLate(2);
    assertThat(decide(twoBad, at(0))).isInstanceOf(Rollback.class);
    assertThat(decide(twoBad, overtaken)).isInstanceOf(Continue.class);
  }

  @Test
  void aSlowerVersionIsRolledBackThoughEachJobIsGood() {
    Evidence same = Evidence.none(POLICY);
    Evidence slower = same;
    for (int i = 0; i < 60; i++) {
      double pace = 1 + i % 7 * 0.01;
      slower = slower.with(paced(Arm.STABLE, pace)).with(paced(Arm.STABLE, pace + 0.02));
      slower = slower.with(paced(Arm.CANARY, pace * 1.3));
      same = same.with(paced(Arm.STABLE, pace)).with(paced(Arm.CANARY, pace * 1.05));
    }
    assertThat(decide(slower, at(0)).reason()).isEqualTo(Reason.SLOWER);
    assertThat(decide(same, at(0))).isNotInstanceOf(Rollback.class);
    assertThat(slower.health()).isLessThan(0);
  }

  @Test
  void aDearerGpuMakesAVersionCostlierUnlessItIsAsMuchFaster() {
    VerdictPolicy dear = new VerdictPolicy(0.01, 0.05, 0.04, 0.25, 1.5);
    Evidence sameSpeed = Evidence.none(dear);
    Evidence faster = sameSpeed;
    for (int i = 0; i < 60; i++) {
      double pace = 1 + i % 7 * 0.01;
      sameSpeed = sameSpeed.with(paced(Arm.STABLE, pace)).with(paced(Arm.CANARY, pace));
      faster = faster.with(paced(Arm.STABLE, pace)).with(paced(Arm.CANARY, pace / 1.5));
    }
    assertThat(decide(sameSpeed, at(0)).reason()).isEqualTo(Reason.COSTLIER);
    assertThat(decide(faster, at(0))).isNotInstanceOf(Rollback.class);
  }

  @Test
  void lowerScoresAndRatingsRollBack() {
    Evidence scored = Evidence.none(POLICY);
    Evidence alike = scored;
    Evidence rated = scored;
    for (int i = 0; i < 100; i++) {
      scored = scored.with(scored(Arm.STABLE, 1.6 + i % 5 * 0.01)).with(scored(Arm.CANARY, 1.4));
      alike = alike.with(scored(Arm.STABLE, 1.6 + i % 5 * 0.01)).with(scored(Arm.CANARY, 1.5));
      rated = rated.withRating(Arm.STABLE, 4 + i % 2).withRating(Arm.CANARY, 2 + i % 2);
    }
    assertThat(decide(scored, at(0)).reason()).isEqualTo(Reason.LOWER_QUALITY);
    assertThat(decide(alike, at(0))).as("within what is tolerated").isNotInstanceOf(Rollback.class);
    assertThat(decide(rated, at(0)).reason()).isEqualTo(Reason.WORSE_RATED);
  }

  @Test
  void badSettingsAreNamed() {
    assertThatThrownBy(() -> new VerdictPolicy(0, 0.05, 0.04))
        .hasMessage("alpha must be from 1.0E-9 to 0.5, but is 0.0");
    assertThatThrownBy(() -> new VerdictPolicy(0.01, 0.05, Double.NaN))
        .hasMessage("smallestRegression must be from 0.001 to 0.5, but is NaN");
    assertThatThrownBy(() -> new Situation(5, 5, false, List.of(), HOUR, DAY, 0, 0))
        .hasMessage("step must be from 0 to 4, but is 5");
    assertThatThrownBy(() -> paced(Arm.CANARY, 0))
        .hasMessage("pace must be above 0 or NaN, but is 0.0");
  }
}

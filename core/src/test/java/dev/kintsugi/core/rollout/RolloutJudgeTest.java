package dev.kintsugi.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kintsugi.core.rollout.RolloutVerdict.Reason;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RolloutJudgeTest {
  private static final VerdictPolicy POLICY = VerdictPolicy.DEFAULT;
  private static final Duration HOUR = Duration.ofHours(1);

  /** Healthy evidence after so many canary jobs, each beside 99 good stable ones. */
  private static Evidence healthy(int canaryJobs) {
    Evidence evidence = Evidence.none(POLICY);
    for (int i = 0; i < canaryJobs; i++) {
      evidence = evidence.withGood(Arm.STABLE, 99).withGood(Arm.CANARY, 1);
    }
    return evidence;
  }

  private static Evidence broken() {
    return healthy(3).withLate(3);
  }

  private static Situation at(int step, Hold... holds) {
    return new Situation(step, 5, false, List.of(holds), HOUR, HOUR.multipliedBy(24), 0, 0);
  }

  private static RolloutVerdict decide(Evidence evidence, Situation now) {
    return RolloutJudge.decide(evidence, now);
  }

  @Test
  void noJobsSayNothing() {
    assertThat(decide(Evidence.none(POLICY), at(0)))
        .isInstanceOfSatisfying(
            RolloutVerdict.Continue.class,
            verdict -> {
              assertThat(verdict.reason()).isEqualTo(Reason.GATHERING_EVIDENCE);
              assertThat(verdict.numbers().regression()).isEqualTo(1, within(1e-12));
            });
  }

  @Test
  void healthIsPromotedStepByStep() {
    assertThat(decide(healthy(40), at(0))).isInstanceOf(RolloutVerdict.Promote.class);
    assertThat(decide(healthy(40), at(3))).isInstanceOf(RolloutVerdict.Continue.class);
    assertThat(decide(healthy(140), at(3))).isInstanceOf(RolloutVerdict.Promote.class);
  }

  @Test
  void threeBadJobsInARowRollBackWhateverHolds() {
    RolloutVerdict verdict = decide(broken(), at(0, Hold.values()));
    assertThat(verdict).isInstanceOf(RolloutVerdict.Rollback.class);
    assertThat(verdict.reason()).isEqualTo(Reason.MORE_BAD_JOBS);
    assertThat(verdict.message())
        .startsWith("The canary makes more bad jobs: 3 of 6 canary jobs were bad (50.0 %)");
  }
}

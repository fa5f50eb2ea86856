package dev.kintsugi.core.rollout;

import static dev.kintsugi.core.rollout.Arm.CANARY;
import static dev.kintsugi.core.rollout.Arm.STABLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.recovery.Attribution;
import dev.kintsugi.core.recovery.Cause;
import dev.kintsugi.core.rollout.FaultReview.Surroundings;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JobReviewTest {

  private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

  private int number;

  @Test
  void aRetryOnStableIsBadForTheCanaryAndGoodForStable() {
    List<AttemptFacts> attempts =
        List.of(failed(CANARY, Cause.NAN_LATENTS, Attribution.MODEL_VERSION), made(STABLE, true));
    assertThat(ending(attempts, CANARY)).contains(Ending.FAILED);
    assertThat(ending(attempts, STABLE)).contains(Ending.GOOD);
  }

  @Test
  void theFirstAttemptThatCountsIsTheOneObservation() {
    assertThat(
            ending(
                List.of(failed(CANARY, Cause.NODE_LOST, Attribution.NODE), made(CANARY, false)),
                CANARY))
        .contains(Ending.GOOD);
    assertThat(
            ending(
                List.of(failed(CANARY, Cause.INTERNAL, Attribution.NODE), made(CANARY, false)),
                CANARY))
        .contains(Ending.FAILED);
  }

  @Test
  void aJobOfExcusedAttemptsIsExcused() {
    assertThat(ending(List.of(failed(CANARY, Cause.NODE_LOST, Attribution.NODE)), CANARY))
        .contains(Ending.EXCUSED);
    assertThat(ending(List.of(failed(CANARY, Cause.NODE_LOST, Attribution.NODE)), STABLE))
        .isEmpty();
  }

  @Test
  void anInputIsToBlameOnlyWhereStableFailedAtItToo() {
    List<AttemptFacts> both =
        List.of(
            failed(CANARY, Cause.BLACK_FRAMES, Attribution.MODEL_VERSION),
            failed(STABLE, Cause.BLACK_FRAMES, Attribution.INPUT));
    assertThat(ending(both, CANARY)).contains(Ending.EXCUSED);
    assertThat(ending(both, STABLE)).contains(Ending.EXCUSED);
    List<AttemptFacts> canaryAlone =
        List.of(
            failed(CANARY, Cause.BLACK_FRAMES, Attribution.MODEL_VERSION),
            failed(CANARY, Cause.BLACK_FRAMES, Attribution.INPUT));
    assertThat(ending(canaryAlone, CANARY)).contains(Ending.LOW_QUALITY);
  }

  @Test
  void aLesserVideoHasNoPace() {
    AttemptFacts lesser =
        new AttemptFacts(
            "a",
            "j",
            CANARY,
            "n",
            NOON,
            NOON.plusSeconds(9),
            null,
            null,
            NOON.plusSeconds(600),
            true,
            2,
            3);
    assertThat(outcome(List.of(lesser), CANARY).orElseThrow().pace()).isNaN();
    assertThat(outcome(List.of(lesser), CANARY).orElseThrow().score()).isNaN();
    JobOutcome whole = outcome(List.of(made(CANARY, false)), CANARY).orElseThrow();
    assertThat(whole.pace()).isEqualTo(1.5);
    assertThat(whole.score()).isEqualTo(2.5);
  }

  @Test
  void aLateJobIsCertainFromItsDeadlineOn() {
    AttemptFacts late = made(CANARY, true);
    assertThat(review(List.of(late), CANARY).orElseThrow().certainAt()).isEqualTo(late.deadline());
    AttemptFacts failed = failed(CANARY, Cause.NAN_LATENTS, Attribution.MODEL_VERSION);
    assertThat(review(List.of(failed), CANARY).orElseThrow().certainAt())
        .isEqualTo(failed.endedAt());
  }

  private static Optional<Ending> ending(List<AttemptFacts> attempts, Arm arm) {
    return outcome(attempts, arm).map(JobOutcome::ending);
  }

  private static Optional<JobOutcome> outcome(List<AttemptFacts> attempts, Arm arm) {
    return review(attempts, arm).map(JobReview.Observation::outcome);
  }

  /** On a version's only node, which never comes back. */
  private static Optional<JobReview.Observation> review(List<AttemptFacts> attempts, Arm arm) {
    return JobReview.decide(
        attempts,
        arm,
        (attempt, input, after) -> new Surroundings(1, 1, 0, false, 0, false, input, after),
        FaultReview.Policy.DEFAULT);
  }

  private AttemptFacts failed(Arm arm, Cause cause, Attribution blame) {
    return attempt(arm, cause, blame, false);
  }

  private AttemptFacts made(Arm arm, boolean late) {
    return attempt(arm, null, null, late);
  }

  private AttemptFacts attempt(
      Arm arm, @Nullable Cause cause, @Nullable Attribution blame, boolean late) {
    Instant at = NOON.plusSeconds(10L * number++);
    return new AttemptFacts(
        "a" + number,
        "j",
        arm,
        "n",
        at,
        at.plusSeconds(9),
        cause,
        blame,
        late ? at : at.plusSeconds(600),
        false,
        cause == null ? 1.5 : Double.NaN,
        cause == null ? 2.5 : Double.NaN);
  }
}

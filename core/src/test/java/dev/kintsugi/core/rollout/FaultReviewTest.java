package dev.kintsugi.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.recovery.Attribution;
import dev.kintsugi.core.recovery.Cause;
import dev.kintsugi.core.rollout.FaultReview.Surroundings;
import dev.kintsugi.core.rollout.Finding.Counts;
import dev.kintsugi.core.rollout.Finding.Excused;
import dev.kintsugi.core.rollout.Finding.Reason;
import dev.kintsugi.core.rollout.Finding.Silent;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FaultReviewTest {

  private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

  /**
   * Columns: cause, blame, nodes of the version, of them failing alike, jobs that its other nodes
   * made, whether the node came back, crashes of the version, whether nodes of the other version
   * went too; then what it says.
   */
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          BLACK_FRAMES,   MODEL_VERSION, 1, 1, 0, true,  0, false, LOW_QUALITY, OF_THE_VERSION
          FROZEN_FRAMES,  MODEL_VERSION, 5, 1, 9, true,  0, false, LOW_QUALITY, OF_THE_VERSION
          FLICKER,        MODEL_VERSION, 1, 1, 0, true,  0, false, LOW_QUALITY, OF_THE_VERSION
          QUALITY_LOW,    MODEL_VERSION, 1, 1, 0, true,  0, false, LOW_QUALITY, OF_THE_VERSION
          NAN_LATENTS,    MODEL_VERSION, 1, 1, 0, true,  0, false, FAILED,      OF_THE_VERSION
          BLACK_FRAMES,   INPUT,         2, 2, 0, true,  0, false, LOW_QUALITY, OF_THE_VERSION
          BLACK_FRAMES,   NODE,          3, 1, 9, true,  0, false, EXCUSED,     ONE_NODE_ALONE
          BLACK_FRAMES,   GPU,           3, 1, 9, true,  0, false, EXCUSED,     ONE_NODE_ALONE
          INTERNAL,       NODE,          1, 1, 0, true,  0, false, FAILED,      NODE_WAS_THERE
          INTERNAL,       NODE,          2, 1, 2, true,  0, false, FAILED,      NODE_WAS_THERE
          INTERNAL,       NODE,          2, 1, 3, true,  0, false, EXCUSED,     ONE_NODE_ALONE
          INTERNAL,       NODE,          9, 2, 99, true, 0, false, FAILED,      NODE_WAS_THERE
          STALLED,        NODE,          1, 1, 0, true,  0, false, FAILED,      NODE_WAS_THERE
          TIMEOUT,        NODE,          1, 1, 0, true,  0, false, LATE,        NODE_WAS_THERE
          TIMEOUT,        NODE,          3, 1, 9, true,  0, false, EXCUSED,     ONE_NODE_ALONE
          OOM,            GPU,           1, 1, 0, true,  0, false, FAILED,      NODE_WAS_THERE
          OOM,            GPU,           3, 1, 9, true,  0, false, EXCUSED,     ONE_NODE_ALONE
          ENCODE_FAILED,  NODE,          1, 1, 0, true,  0, false, FAILED,      NODE_WAS_THERE
          UPLOAD_FAILED,  NODE,          1, 1, 0, true,  0, false, FAILED,      NODE_WAS_THERE
          WEIGHTS_CORRUPT, NODE,         3, 1, 9, true,  0, false, EXCUSED,     ONE_NODE_ALONE
          WEIGHTS_CORRUPT, MODEL_VERSION, 3, 1, 9, true, 0, false, FAILED,      NODE_WAS_THERE
          MODEL_LOAD_FAILED, NODE,       1, 1, 0, true,  0, false, FAILED,      NODE_WAS_THERE
          NODE_LOST,      NODE,          1, 1, 0, false, 5, false, EXCUSED,     NODE_GONE
          NODE_LOST,      NODE,          1, 1, 0, true,  1, false, EXCUSED,     CRASHED_ONCE
          NODE_LOST,      NODE,          1, 1, 0, true,  2, false, FAILED,      CRASHES_AGAIN
          NODE_LOST,      NODE,          4, 1, 9, true,  2, true,  EXCUSED,     BOTH_VERSIONS
          CANCELLED,      NODE,          1, 1, 0, true,  2, false, FAILED,      CRASHES_AGAIN
          GPU_FAULT,      GPU,           1, 1, 0, true,  0, false, EXCUSED,     DEVICE_FAULT
          GPU_FAULT,      GPU,           4, 1, 0, true,  0, false, EXCUSED,     DEVICE_FAULT
          GPU_FAULT,      GPU,           4, 2, 0, true,  0, false, FAILED,      SEVERAL_DEVICES
          GPU_FAULT,      GPU,           4, 2, 0, true,  0, true,  EXCUSED,     DEVICE_FAULT
          """)
  void whereElseItHappensTellsTheVersionFromTheNode(
      Cause cause,
      Attribution blame,
      int nodes,
      int failing,
      int wellElsewhere,
      boolean returned,
      int crashes,
      boolean both,
      Ending ending,
      Reason reason) {
    Surroundings around =
        new Surroundings(nodes, failing, wellElsewhere, returned, crashes, both, false, false);
    assertThat(decide(attempt(cause, blame, Duration.ofMinutes(1), false), around))
        .isEqualTo(ending == Ending.EXCUSED ? new Excused(reason) : new Counts(ending, reason));
  }

  @ParameterizedTest
  @EnumSource(
      value = Cause.class,
      names = {"BLACK_FRAMES", "NAN_LATENTS", "OOM"})
  void anInputThatStableCannotDoEitherIsExcused(Cause cause) {
    Surroundings around = new Surroundings(1, 1, 0, true, 0, false, true, false);
    assertThat(
            decide(attempt(cause, Attribution.MODEL_VERSION, Duration.ofMinutes(1), false), around))
        .isEqualTo(new Excused(Reason.INPUT));
  }

  @ParameterizedTest
  @CsvSource({
    "false, false, false, GOOD,     MADE",
    "true,  false, false, LATE,     PAST_DEADLINE",
    "true,  true,  false, DEGRADED, LESS_THAN_ASKED",
    "false, true,  false, DEGRADED, LESS_THAN_ASKED",
    "true,  true,  true,  GOOD,     MADE",
  })
  void aVideoCountsForItsVersionUnlessTheOtherOneTookTheTime(
      boolean late, boolean degraded, boolean after, Ending ending, Reason reason) {
    AttemptFacts made =
        new AttemptFacts(
            "a",
            "j",
            Arm.STABLE,
            "n",
            NOON,
            NOON.plusSeconds(9),
            null,
            null,
            deadline(late),
            degraded,
            1,
            Double.NaN);
    assertThat(decide(made, new Surroundings(1, 0, 0, true, 0, false, false, after)))
        .isEqualTo(new Counts(ending, reason));
  }

  @ParameterizedTest
  @CsvSource({
    "0.5, false, NO_TIME",
    "60,  true,  OTHER_VERSIONS_DELAY",
  })
  void anAttemptThatWasGivenNoTimeIsExcused(double seconds, boolean after, Reason reason) {
    Duration ran = Duration.ofMillis((long) (seconds * 1000));
    assertThat(
            decide(
                attempt(Cause.TIMEOUT, Attribution.NODE, ran, true),
                new Surroundings(1, 1, 0, true, 0, false, false, after)))
        .isEqualTo(new Excused(reason));
  }

  @ParameterizedTest
  @CsvSource({"false, false", "true, true"})
  void aCustomersCancellationSaysSomethingOnlyWhenItCameTooLate(boolean late, boolean counts) {
    assertThat(
            decide(
                attempt(Cause.CANCELLED, null, Duration.ofMinutes(1), late),
                new Surroundings(1, 0, 0, true, 0, false, false, false)))
        .isEqualTo(
            counts
                ? new Counts(Ending.LATE, Reason.PAST_DEADLINE)
                : new Silent(Reason.CUSTOMER_CANCELLED));
  }

  private static Finding decide(AttemptFacts attempt, Surroundings around) {
    return FaultReview.decide(attempt, around, FaultReview.Policy.DEFAULT);
  }

  private static AttemptFacts attempt(
      Cause cause, @Nullable Attribution blame, Duration ran, boolean late) {
    return new AttemptFacts(
        "a",
        "j",
        Arm.CANARY,
        "n",
        NOON,
        NOON.plus(ran),
        cause,
        blame,
        deadline(late),
        false,
        Double.NaN,
        Double.NaN);
  }

  private static Instant deadline(boolean passed) {
    return passed ? NOON.plusMillis(1) : NOON.plusSeconds(600);
  }
}

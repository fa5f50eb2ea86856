package dev.kintsugi.controlplane.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.controlplane.queue.Attempt;
import dev.kintsugi.core.queue.FailureKind;
import dev.kintsugi.core.queue.RetryDecision;
import dev.kintsugi.core.queue.RetryPolicy;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.node.FailureClass;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RetriesTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant DEADLINE = NOW.plusSeconds(3600);
  private static final RetryPolicy POLICY =
      new RetryPolicy(100, 5, Duration.ofMillis(200), Duration.ofSeconds(10));

  @Test
  void lostNodesDoNotEatUpTheTriesForTheJobsOwnFaults() {
    List<Attempt> before =
        Stream.concat(ended(20, FailureClass.NODE_LOST), ended(3, FailureClass.OOM)).toList();
    assertThat(Retries.decide(FailureClass.OOM, before, DEADLINE, POLICY, NOW))
        .isInstanceOfSatisfying(
            RetryDecision.Again.class, again -> assertThat(again.attempts()).isEqualTo(4));
  }

  @Test
  void theFifthFaultOfItsOwnEndsTheJob() {
    RetryDecision decision =
        Retries.decide(
            FailureClass.NAN_LATENTS,
            ended(4, FailureClass.STALLED).toList(),
            DEADLINE,
            POLICY,
            NOW);
    assertThat(decision.reason()).isEqualTo(RetryDecision.Reason.ATTEMPTS_EXHAUSTED);
    assertThat(Retries.jobError(decision)).isEqualTo(ErrorCode.GENERATION_FAILED);
  }

  @Test
  void lossesAreBoundedByTheDeadline() {
    RetryDecision decision =
        Retries.decide(
            FailureClass.NODE_LOST,
            ended(20, FailureClass.NODE_LOST).toList(),
            NOW.plusSeconds(5),
            POLICY,
            NOW);
    assertThat(decision.reason()).isEqualTo(RetryDecision.Reason.DEADLINE_PASSED);
    assertThat(Retries.jobError(decision)).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
  }

  @Test
  void aNodesOwnFaultsAreNotTheJobs() {
    assertThat(Retries.kind(FailureClass.WEIGHTS_CORRUPT)).isEqualTo(FailureKind.INFRASTRUCTURE);
    assertThat(Retries.kind(FailureClass.OOM)).isEqualTo(FailureKind.COMPUTE);
  }

  private static Stream<Attempt> ended(int count, FailureClass outcome) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                new Attempt(
                    "attempt_" + i,
                    "video_1",
                    i + 1,
                    "studio/pod",
                    "r1",
                    "replica",
                    i + 1,
                    NOW,
                    null,
                    NOW,
                    outcome.name(),
                    "because"));
  }
}

package dev.kintsugi.core.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.core.queue.RetryDecision.Again;
import dev.kintsugi.core.queue.RetryDecision.GiveUp;
import dev.kintsugi.core.queue.RetryDecision.Reason;
import dev.kintsugi.core.queue.RetryDecision.Situation;
import java.time.Duration;
import java.time.Instant;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class RetryDecisionTest {

  private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
  private static final RetryPolicy POLICY = RetryPolicy.DEFAULT;

  @Property
  void aRetryStartsInTimeAndTheAttemptsAreBounded(
      @ForAll @IntRange(min = 1, max = 40) int attempts,
      @ForAll FailureKind kind,
      @ForAll @IntRange(min = -5, max = 3_600) int secondsLeft) {
    Instant deadline = NOW.plusSeconds(secondsLeft);

    switch (RetryDecision.decide(new Situation(attempts, kind, deadline), POLICY, NOW)) {
      case Again again -> {
        assertThat(kind).isNotEqualTo(FailureKind.PERMANENT);
        assertThat(attempts).isLessThan(10);
        assertThat(again.notBefore()).isBefore(deadline).isAfterOrEqualTo(NOW);
        assertThat(Duration.between(NOW, again.notBefore()))
            .isLessThanOrEqualTo(POLICY.maxBackoff());
      }
      case GiveUp giveUp -> assertThat(giveUp.attempts()).isEqualTo(attempts);
    }
  }

  @Example
  void machinesMayFailMoreOftenThanComputationsAndModelsNotAtAll() {
    Instant later = NOW.plusSeconds(600);
    assertThat(decide(3, FailureKind.INFRASTRUCTURE, later).reason())
        .isEqualTo(Reason.MACHINE_FAILED);
    assertThat(decide(2, FailureKind.COMPUTE, later).reason()).isEqualTo(Reason.COMPUTE_FAILED);
    assertThat(decide(3, FailureKind.COMPUTE, later))
        .isEqualTo(new GiveUp(Reason.ATTEMPTS_EXHAUSTED, 3, 3));
    assertThat(decide(1, FailureKind.PERMANENT, later).reason())
        .isEqualTo(Reason.PERMANENT_FAILURE);
    assertThat(decide(1, FailureKind.INFRASTRUCTURE, NOW).reason())
        .isEqualTo(Reason.DEADLINE_PASSED);
  }

  @Example
  void backoffDoublesUpToItsBound() {
    Instant later = NOW.plusSeconds(600);
    assertThat(decide(1, FailureKind.INFRASTRUCTURE, later))
        .isEqualTo(new Again(Reason.MACHINE_FAILED, 1, NOW.plusMillis(200)));
    assertThat(decide(3, FailureKind.INFRASTRUCTURE, later))
        .isEqualTo(new Again(Reason.MACHINE_FAILED, 3, NOW.plusMillis(800)));
    assertThat(decide(9, FailureKind.INFRASTRUCTURE, later))
        .isEqualTo(new Again(Reason.MACHINE_FAILED, 9, NOW.plusSeconds(10)));
    assertThatThrownBy(() -> new RetryPolicy(0, 1, Duration.ZERO, Duration.ZERO))
        .hasMessageContaining("at least one attempt");
  }

  private static RetryDecision decide(int attempts, FailureKind kind, Instant deadline) {
    return RetryDecision.decide(new Situation(attempts, kind, deadline), POLICY, NOW);
  }
}

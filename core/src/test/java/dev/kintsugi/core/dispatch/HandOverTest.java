package dev.kintsugi.core.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.dispatch.HandOver.Decision.Finish;
import dev.kintsugi.core.dispatch.HandOver.Decision.Leave;
import dev.kintsugi.core.dispatch.HandOver.Policy;
import dev.kintsugi.core.dispatch.HandOver.Reason;
import dev.kintsugi.core.dispatch.HandOver.Running;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class HandOverTest {

  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

  private static HandOver.Decision decide(int seconds, int steps, OptionalDouble each) {
    return HandOver.decide(new Running(NOW.plusSeconds(seconds), steps, each), Policy.DEFAULT, NOW);
  }

  @Test
  void whatCanBeDoneInTimeIsFinished() {
    assertThat(decide(30, 25, OptionalDouble.of(1))).isEqualTo(new Finish(NOW.plusSeconds(25)));
  }

  @Test
  void whatCannotIsHandedOverAtOnce() {
    assertThat(decide(30, 26, OptionalDouble.of(1)))
        .isEqualTo(new Leave(Reason.CANNOT_FINISH, Duration.ofSeconds(30)));
  }

  @Test
  void withoutAMeasurementItRunsUntilTheTimeIsUp() {
    assertThat(decide(30, 1000, OptionalDouble.empty())).isEqualTo(new Finish(NOW.plusSeconds(25)));
    assertThat(decide(5, 0, OptionalDouble.empty()))
        .isEqualTo(new Leave(Reason.TIME_IS_UP, Duration.ofSeconds(5)));
    assertThat(decide(-3, 0, OptionalDouble.of(1)))
        .isEqualTo(new Leave(Reason.TIME_IS_UP, Duration.ofSeconds(-3)));
  }
}

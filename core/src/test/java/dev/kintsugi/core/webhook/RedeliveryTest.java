package dev.kintsugi.core.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.webhook.Redelivery.Decision;
import dev.kintsugi.core.webhook.Redelivery.Reason;
import dev.kintsugi.core.webhook.Redelivery.Try;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedeliveryTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @ParameterizedTest
  @CsvSource({"1,1", "2,2", "3,4", "4,8", "5,16"})
  void waitsTwiceAsLongEachTime(int tries, int seconds) {
    assertThat(Redelivery.decide(new Try.Unreachable(), tries, NOW))
        .isEqualTo(new Decision.RetryAt(NOW.plusSeconds(seconds)));
  }

  @Test
  void givesUpAfterFiveRetries() {
    assertThat(Redelivery.decide(new Try.Answered(500), 6, NOW))
        .isEqualTo(new Decision.GiveUp(Reason.TRIES_EXHAUSTED));
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 202, 204, 299})
  void takesEverySuccess(int status) {
    assertThat(Redelivery.decide(new Try.Answered(status), 1, NOW))
        .isEqualTo(new Decision.Delivered());
  }

  @ParameterizedTest
  @ValueSource(ints = {199, 301, 307, 400, 429, 503})
  void triesAgainOnEverythingElse(int status) {
    assertThat(Redelivery.decide(new Try.Answered(status), 1, NOW))
        .isEqualTo(new Decision.RetryAt(NOW.plusSeconds(1)));
  }

  @Test
  void stopsAtOnceWhereAnotherTryCannotHelp() {
    assertThat(Redelivery.decide(new Try.Answered(410), 1, NOW))
        .isEqualTo(new Decision.GiveUp(Reason.RECEIVER_GONE));
    assertThat(Redelivery.decide(new Try.Forbidden(), 1, NOW))
        .isEqualTo(new Decision.GiveUp(Reason.TARGET_FORBIDDEN));
  }
}

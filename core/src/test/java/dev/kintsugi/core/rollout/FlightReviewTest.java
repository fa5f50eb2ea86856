package dev.kintsugi.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.rollout.FlightReview.Flight;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlightReviewTest {

  private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

  /** Begun at noon with a deadline 100 s later and a stall bound of 60 s; seconds since noon. */
  @ParameterizedTest
  @CsvSource({
    "50, 0, false, ",
    "60, 0, false, 60",
    "99, 0, false, 60",
    "99, 90, false, ",
    "100, 90, false, 100",
    "130, 90, false, 100",
    "130, 90, true, ",
    "160, 90, true, 150",
  })
  void badOnceLateOrStalled(long now, long changed, boolean after, Long since) {
    Flight flight =
        new Flight(
            "j",
            Arm.CANARY,
            NOON,
            NOON.plusSeconds(100),
            NOON.plusSeconds(changed),
            Duration.ofSeconds(60),
            after);
    assertThat(FlightReview.certainSince(flight, NOON.plusSeconds(now)))
        .isEqualTo(Optional.ofNullable(since).map(NOON::plusSeconds));
  }
}

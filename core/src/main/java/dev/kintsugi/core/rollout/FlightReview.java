package dev.kintsugi.core.rollout;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Which attempts in flight are certain to end badly. */
public final class FlightReview {

  private FlightReview() {}

  /**
   * A running attempt.
   *
   * @param changedAt when it last got on
   * @param stallBound longest time without any change
   * @param afterOtherVersion an attempt of the other version failed at the job before
   */
  public record Flight(
      String job,
      Arm arm,
      Instant startedAt,
      Instant deadline,
      Instant changedAt,
      Duration stallBound,
      boolean afterOtherVersion) {}

  /** Since when the attempt is certain to be bad; empty while it may still end well. */
  public static Optional<Instant> certainSince(Flight flight, Instant now) {
    Instant stalled = flight.changedAt().plus(flight.stallBound());
    Instant late = flight.afterOtherVersion() ? Instant.MAX : flight.deadline();
    Instant since = stalled.isBefore(late) ? stalled : late;
    return since.isAfter(now) ? Optional.empty() : Optional.of(since);
  }
}

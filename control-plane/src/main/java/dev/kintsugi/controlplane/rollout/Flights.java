package dev.kintsugi.controlplane.rollout;

import dev.kintsugi.controlplane.queue.LedgerAttempt;
import dev.kintsugi.core.rollout.Arm;
import dev.kintsugi.core.rollout.AttemptFacts;
import dev.kintsugi.core.rollout.FlightReview;
import dev.kintsugi.core.rollout.FlightReview.Flight;
import dev.kintsugi.core.rollout.JobReview.Observation;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What runs now.
 *
 * @param running attempts of each version that are not certain to be bad
 * @param certainBad jobs of the canary that are, and do not count yet
 * @param pending others of the canary that began before its newest bad job did
 * @param firstBad since when the first of the certain ones is; null without one
 * @param firstBadAttempt that attempt
 */
record Flights(
    Map<Arm, Long> running,
    long certainBad,
    long pending,
    @Nullable Instant firstBad,
    @Nullable LedgerAttempt firstBadAttempt) {

  /** Until a node has said how many steps there are. */
  private static final Duration STALL_UNKNOWN = Duration.ofMinutes(10);

  private static final double STALL_STEPS = 20;

  static Flights of(Trial trial, AttemptReader reader, Duration stallFloor, Instant now) {
    Map<Arm, Long> running = new EnumMap<>(Arm.class);
    Optional<Instant> newestBad =
        trial.lastBad().map(Observation::attempt).map(AttemptFacts::startedAt);
    long certain = 0;
    long pending = 0;
    @Nullable Instant first = null;
    @Nullable LedgerAttempt firstAttempt = null;
    for (LedgerAttempt row : trial.live().values()) {
      Optional<Arm> arm = reader.arm(row.attempt().revision());
      if (arm.isEmpty()) {
        continue;
      }
      boolean canary = arm.get() == Arm.CANARY;
      Optional<Instant> since =
          FlightReview.certainSince(flight(trial, row, arm.get(), stallFloor), now);
      if (since.isEmpty()) {
        running.merge(arm.get(), 1L, Long::sum);
        boolean early = newestBad.filter(row.attempt().startedAt()::isBefore).isPresent();
        pending += canary && early ? 1 : 0;
      } else if (canary && !trial.counts(row.attempt().jobId(), Arm.CANARY)) {
        certain++;
        if (first == null || since.get().isBefore(first)) {
          first = since.get();
          firstAttempt = row;
        }
      }
    }
    return new Flights(running, certain, pending, first, firstAttempt);
  }

  long running(Arm arm) {
    return running.getOrDefault(arm, 0L);
  }

  private static Flight flight(Trial trial, LedgerAttempt row, Arm arm, Duration stallFloor) {
    return new Flight(
        row.attempt().jobId(),
        arm,
        row.attempt().startedAt(),
        row.deadline(),
        Objects.requireNonNull(row.changedAt()),
        stallBound(row, stallFloor),
        trial.afterOtherVersion(row, arm));
  }

  /** As dispatch bounds it, by the step time that the job's cost predicts. */
  private static Duration stallBound(LedgerAttempt row, Duration floor) {
    if (row.steps() <= 0) {
      return STALL_UNKNOWN;
    }
    double seconds = STALL_STEPS * row.cost() / row.steps();
    Duration bound = Duration.ofMillis((long) (seconds * 1000));
    return bound.compareTo(floor) < 0 ? floor : bound;
  }
}

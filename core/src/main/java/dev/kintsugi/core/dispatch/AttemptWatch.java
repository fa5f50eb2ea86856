package dev.kintsugi.core.dispatch;

import java.time.Duration;
import java.time.Instant;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Judges one running attempt by its times: does it still move, is its node still there, does it
 * take too long.
 */
public final class AttemptWatch {

  private AttemptWatch() {}

  /**
   * @param stallFloor no attempt is called stalled before this
   * @param stallSteps steps' worth of time without any change that mean a stall
   * @param stallUnknown bound where no step time was measured
   * @param silenceAllowed how long a node may be silent before its attempt is given up
   * @param refusalAllowed how long nothing may listen at the node's address before that
   * @param timeLimit longest run of one attempt
   */
  public record Policy(
      Duration stallFloor,
      double stallSteps,
      Duration stallUnknown,
      Duration silenceAllowed,
      Duration refusalAllowed,
      Duration timeLimit) {

    public static final Policy DEFAULT =
        new Policy(
            Duration.ofSeconds(60),
            20,
            Duration.ofMinutes(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(1),
            Duration.ofHours(1));

    /** Longest time without any change, given the step time expected for this clip. */
    public Duration stallBound(OptionalDouble secondsPerStep) {
      if (secondsPerStep.isEmpty()) {
        return stallUnknown;
      }
      Duration bound = Duration.ofMillis((long) (secondsPerStep.getAsDouble() * stallSteps * 1000));
      return bound.compareTo(stallFloor) < 0 ? stallFloor : bound;
    }
  }

  /**
   * @param startedAt when the attempt was claimed or adopted here
   * @param lastChange when step or phase last changed
   * @param silentSince since when the node does not answer; null while it does
   * @param contact what is known of the node itself
   */
  public record Times(
      Instant startedAt, Instant lastChange, @Nullable Instant silentSince, Contact contact) {}

  /** What is known of a node that does not answer. */
  public enum Contact {
    /** Nothing: it may be cut off from here only. */
    UNKNOWN,
    /** Its address answers that nothing listens there: the process is gone. */
    REFUSED,
    /** The fleet has no such node any more. */
    REMOVED
  }

  /** What to do. */
  public sealed interface Verdict {

    /** Go on, and judge again at this time at the latest. */
    record CarryOn(Instant until) implements Verdict {}

    /**
     * End the attempt.
     *
     * @param after how long the condition lasted
     */
    record GiveUp(Reason reason, Duration after) implements Verdict {}
  }

  /** Why an attempt is ended. */
  public enum Reason {
    STALLED,
    TIME_LIMIT,
    NODE_SILENT,
    NODE_DEAD,
    NODE_REMOVED
  }

  public static Verdict judge(Times times, Duration stallBound, Policy policy, Instant now) {
    Instant silentSince = times.silentSince();
    if (silentSince != null) {
      return judgeSilence(silentSince, times.contact(), policy, now);
    }
    Instant limit = times.startedAt().plus(policy.timeLimit());
    if (!now.isBefore(limit)) {
      return new Verdict.GiveUp(Reason.TIME_LIMIT, Duration.between(times.startedAt(), now));
    }
    Instant stall = times.lastChange().plus(stallBound);
    if (!now.isBefore(stall)) {
      return new Verdict.GiveUp(Reason.STALLED, Duration.between(times.lastChange(), now));
    }
    return new Verdict.CarryOn(stall.isBefore(limit) ? stall : limit);
  }

  private static Verdict judgeSilence(Instant since, Contact contact, Policy policy, Instant now) {
    Duration allowed =
        switch (contact) {
          case UNKNOWN -> policy.silenceAllowed();
          case REFUSED -> policy.refusalAllowed();
          case REMOVED -> Duration.ZERO;
        };
    Duration silent = Duration.between(since, now);
    if (silent.compareTo(allowed) < 0) {
      return new Verdict.CarryOn(since.plus(allowed));
    }
    Reason reason =
        switch (contact) {
          case UNKNOWN -> Reason.NODE_SILENT;
          case REFUSED -> Reason.NODE_DEAD;
          case REMOVED -> Reason.NODE_REMOVED;
        };
    return new Verdict.GiveUp(reason, silent);
  }
}

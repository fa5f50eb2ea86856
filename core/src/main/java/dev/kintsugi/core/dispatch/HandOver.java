package dev.kintsugi.core.dispatch;

import java.time.Duration;
import java.time.Instant;
import java.util.OptionalDouble;

/**
 * Whether an attempt on a node that will be stopped is left to finish there. One that cannot be
 * done in time is handed to another node at once, which goes on from its newest checkpoint: every
 * further second here would be lost.
 */
public final class HandOver {

  private HandOver() {}

  /**
   * @param stopsAt when the node is stopped whatever runs on it
   * @param stepsLeft denoise steps not done yet
   * @param secondsPerStep as measured; empty where nothing was
   */
  public record Running(Instant stopsAt, int stepsLeft, OptionalDouble secondsPerStep) {}

  /**
   * @param spare for decoding, encoding and fetching the clip
   */
  public record Policy(Duration spare) {
    public static final Policy DEFAULT = new Policy(Duration.ofSeconds(5));
  }

  /** Why it is handed over. */
  public enum Reason {
    CANNOT_FINISH,
    TIME_IS_UP
  }

  /** What to do. */
  public sealed interface Decision {

    /** Let it finish, and look again at this time at the latest. */
    record Finish(Instant until) implements Decision {}

    /**
     * @param left until the node stops
     */
    record Leave(Reason reason, Duration left) implements Decision {}
  }

  public static Decision decide(Running running, Policy policy, Instant now) {
    Instant last = running.stopsAt().minus(policy.spare());
    Duration left = Duration.between(now, running.stopsAt());
    if (!now.isBefore(last)) {
      return new Decision.Leave(Reason.TIME_IS_UP, left);
    }
    if (running.secondsPerStep().isPresent()) {
      double seconds = running.stepsLeft() * running.secondsPerStep().getAsDouble();
      if (seconds * 1000 > Duration.between(now, last).toMillis()) {
        return new Decision.Leave(Reason.CANNOT_FINISH, left);
      }
    }
    return new Decision.Finish(last);
  }
}

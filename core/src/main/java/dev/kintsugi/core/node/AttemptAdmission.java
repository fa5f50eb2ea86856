package dev.kintsugi.core.node;

import java.time.Duration;

/** Whether a node takes one more attempt. */
public final class AttemptAdmission {
  private static final Duration DRAINED_FOR_GOOD = Duration.ofSeconds(30);
  private static final Duration SOON = Duration.ofSeconds(1);

  private AttemptAdmission() {}

  /**
   * What the node is like.
   *
   * @param warm the warm-up reproduced its reference and the engine lives
   * @param busy slots in use
   * @param freeBytes space left where attempts are kept
   * @param neededBytes space the attempt will need at most
   * @param expectedWait predicted time until a slot is free, zero when unknown
   */
  public record Situation(
      boolean warm,
      boolean draining,
      int slots,
      int busy,
      long freeBytes,
      long neededBytes,
      Duration expectedWait) {}

  /** Why an attempt is refused. */
  public enum Reason {
    DRAINING,
    NOT_WARM,
    NO_FREE_SLOT,
    DISK_FULL
  }

  /** The answer. */
  public sealed interface Decision {

    /** Take it. */
    record Admit() implements Decision {}

    /**
     * Send it away.
     *
     * @param retryAfter when it makes sense to ask again, whole seconds, at least one
     */
    record Refuse(Reason reason, Duration retryAfter) implements Decision {}
  }

  public static Decision decide(Situation in) {
    if (in.draining()) {
      return new Decision.Refuse(Reason.DRAINING, DRAINED_FOR_GOOD);
    }
    if (!in.warm()) {
      return new Decision.Refuse(Reason.NOT_WARM, SOON.multipliedBy(2));
    }
    if (in.busy() >= in.slots()) {
      return new Decision.Refuse(Reason.NO_FREE_SLOT, wholeSeconds(in.expectedWait()));
    }
    if (in.freeBytes() < in.neededBytes()) {
      return new Decision.Refuse(Reason.DISK_FULL, DRAINED_FOR_GOOD);
    }
    return new Decision.Admit();
  }

  private static Duration wholeSeconds(Duration wait) {
    Duration rounded = Duration.ofSeconds(wait.plusMillis(999).toSeconds());
    return rounded.compareTo(SOON) < 0 ? SOON : rounded;
  }
}

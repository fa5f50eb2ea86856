package dev.kintsugi.core.dispatch;

import java.time.Duration;

/**
 * What becomes of an attempt whose lease ran out: its dispatcher died, or could not reach the
 * database. GPU minutes are dear, so an attempt that its node still has is adopted, never redone.
 */
public final class LeaseReview {

  private LeaseReview() {}

  /** What the node said when asked for the attempt. */
  public enum NodeAnswer {
    /** It runs there, or has ended there and its result waits. */
    HAS_IT,
    /** The node answers and does not know it. */
    DOES_NOT_KNOW,
    /** Nothing listens at the node's address. */
    REFUSED,
    /** No answer in time. */
    SILENT,
    /** The fleet has no such node any more. */
    NODE_REMOVED
  }

  /** What to do. */
  public sealed interface Verdict {

    /** Take the attempt over and follow it. */
    record Adopt() implements Verdict {}

    /** Give the job back to the queue. */
    record Requeue(Reason reason) implements Verdict {}

    /**
     * The node may be cut off from here only: ask again.
     *
     * @param left how long the node may stay silent before the job moves
     */
    record Wait(Duration left) implements Verdict {}
  }

  /** Why a job goes back to the queue. */
  public enum Reason {
    NODE_FORGOT,
    NODE_DEAD,
    NODE_SILENT,
    NODE_REMOVED
  }

  /**
   * @param expiredFor how long ago the lease ran out
   * @param silenceAllowed how long a silent node keeps its attempts after that
   */
  public static Verdict decide(NodeAnswer answer, Duration expiredFor, Duration silenceAllowed) {
    return switch (answer) {
      case HAS_IT -> new Verdict.Adopt();
      case DOES_NOT_KNOW -> new Verdict.Requeue(Reason.NODE_FORGOT);
      case REFUSED -> new Verdict.Requeue(Reason.NODE_DEAD);
      case NODE_REMOVED -> new Verdict.Requeue(Reason.NODE_REMOVED);
      case SILENT ->
          expiredFor.compareTo(silenceAllowed) >= 0
              ? new Verdict.Requeue(Reason.NODE_SILENT)
              : new Verdict.Wait(silenceAllowed.minus(expiredFor));
    };
  }
}

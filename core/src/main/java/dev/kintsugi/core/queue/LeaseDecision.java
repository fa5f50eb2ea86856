package dev.kintsugi.core.queue;

import java.time.Duration;
import java.time.Instant;

/** What to do with a live attempt whose lease ran out. */
public sealed interface LeaseDecision {

  /** Why it was decided so: metric label and log field. */
  Reason reason();

  /** Time since the lease ran out; negative when it has not. */
  Duration overdue();

  /** Causes of every outcome. */
  enum Reason {
    LEASE_VALID,
    NODE_STILL_HAS_IT,
    NODE_UNREACHABLE_WITHIN_GRACE,
    NODE_FORGOT_IT,
    NODE_UNREACHABLE
  }

  /** Leave it alone. */
  record Keep(Reason reason, Duration overdue) implements LeaseDecision {}

  /** Take it over: the node still runs or holds exactly this attempt, and GPU time is dear. */
  record Adopt(Reason reason, Duration overdue) implements LeaseDecision {}

  /** Give the job back to the queue. */
  record Expire(Reason reason, Duration overdue) implements LeaseDecision {}

  /** What is known of the attempt at its node. */
  enum NodeView {
    /** It runs there, or its result lies there. */
    HAS_ATTEMPT,
    /** The node answers and does not know the attempt. */
    LACKS_ATTEMPT,
    /** The node does not answer. */
    UNREACHABLE
  }

  /**
   * @param unreachableGrace how long past the lease a silent node is waited for
   */
  record Policy(Duration unreachableGrace) {
    public static final Policy DEFAULT = new Policy(Duration.ofSeconds(5));
  }

  /** Decides from the end of the lease and what the node says. */
  static LeaseDecision decide(Instant leaseUntil, NodeView node, Policy policy, Instant now) {
    Duration overdue = Duration.between(leaseUntil, now);
    if (overdue.isNegative()) {
      return new Keep(Reason.LEASE_VALID, overdue);
    }
    return switch (node) {
      case HAS_ATTEMPT -> new Adopt(Reason.NODE_STILL_HAS_IT, overdue);
      case LACKS_ATTEMPT -> new Expire(Reason.NODE_FORGOT_IT, overdue);
      case UNREACHABLE ->
          overdue.compareTo(policy.unreachableGrace()) < 0
              ? new Keep(Reason.NODE_UNREACHABLE_WITHIN_GRACE, overdue)
              : new Expire(Reason.NODE_UNREACHABLE, overdue);
    };
  }
}

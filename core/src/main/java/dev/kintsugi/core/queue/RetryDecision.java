package dev.kintsugi.core.queue;

import java.time.Duration;
import java.time.Instant;

/** Whether a job whose attempt failed is tried again. */
public sealed interface RetryDecision {

  /** Why it was decided so: metric label and log field. */
  Reason reason();

  /** Attempts ended so far, the failed one included. */
  int attempts();

  /** Causes of both outcomes. */
  enum Reason {
    MACHINE_FAILED,
    COMPUTE_FAILED,
    ATTEMPTS_EXHAUSTED,
    DEADLINE_PASSED,
    PERMANENT_FAILURE
  }

  /**
   * The job goes back to the queue in its old place.
   *
   * @param notBefore earliest instant of the next attempt
   */
  record Again(Reason reason, int attempts, Instant notBefore) implements RetryDecision {}

  /**
   * The job fails.
   *
   * @param limit attempts the policy allows for this kind of failure
   */
  record GiveUp(Reason reason, int attempts, int limit) implements RetryDecision {}

  /**
   * Facts about the job at the moment an attempt failed.
   *
   * @param attempts attempts ended so far, the failed one included
   * @param kind what the failure says about trying again
   * @param deadline instant after which an answer is worthless
   */
  record Situation(int attempts, FailureKind kind, Instant deadline) {}

  /**
   * Decides with exponential backoff, bounded attempts per kind of failure, and never past the
   * job's deadline: a retry that could only start after it is not made.
   */
  static RetryDecision decide(Situation in, RetryPolicy policy, Instant now) {
    int limit =
        switch (in.kind()) {
          case INFRASTRUCTURE -> policy.maxInfrastructureAttempts();
          case COMPUTE -> policy.maxComputeAttempts();
          case PERMANENT -> 1;
        };
    if (in.kind() == FailureKind.PERMANENT) {
      return new GiveUp(Reason.PERMANENT_FAILURE, in.attempts(), limit);
    }
    if (in.attempts() >= limit) {
      return new GiveUp(Reason.ATTEMPTS_EXHAUSTED, in.attempts(), limit);
    }
    Instant notBefore = now.plus(backoff(in.attempts(), policy));
    if (!notBefore.isBefore(in.deadline())) {
      return new GiveUp(Reason.DEADLINE_PASSED, in.attempts(), limit);
    }
    Reason reason =
        in.kind() == FailureKind.INFRASTRUCTURE ? Reason.MACHINE_FAILED : Reason.COMPUTE_FAILED;
    return new Again(reason, in.attempts(), notBefore);
  }

  private static Duration backoff(int attempts, RetryPolicy policy) {
    int doublings = Math.clamp(attempts - 1L, 0, 30);
    Duration wait = policy.firstBackoff().multipliedBy(1L << doublings);
    return wait.compareTo(policy.maxBackoff()) > 0 ? policy.maxBackoff() : wait;
  }
}

package dev.kintsugi.controlplane.queue;

import java.time.Instant;

/**
 * The right to run a job on a node until the lease ends.
 *
 * @param job as it is after the claim
 * @param fence must accompany every later call for the attempt
 * @param leaseUntil without a heartbeat the attempt may be taken away from here on
 */
public record Claim(Job job, Attempt attempt, long fence, Instant leaseUntil) {

  public String attemptId() {
    return attempt.id();
  }
}

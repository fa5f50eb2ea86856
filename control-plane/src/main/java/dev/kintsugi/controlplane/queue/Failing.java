package dev.kintsugi.controlplane.queue;

/** Answer to a failed attempt. */
public sealed interface Failing {

  /** The job waits again. */
  record Requeued(Job job) implements Failing {}

  /** The job completed with what no attempt made. */
  record Answered(Job job) implements Failing {}

  /** The job failed with it. */
  record JobFailed(Job job) implements Failing {}

  /** The attempt is not the caller's any more. */
  record Stale(StaleReason reason) implements Failing {}
}

package dev.kintsugi.controlplane.queue;

/** Answer to a completion. */
public sealed interface Completion {

  /** The result was taken; the job is completed, durably. */
  record Completed(Job job) implements Completion {}

  /** This attempt's result was taken before. */
  record AlreadyCompleted() implements Completion {}

  /** The attempt is not the caller's any more; its result must be thrown away. */
  record Stale(StaleReason reason) implements Completion {}
}

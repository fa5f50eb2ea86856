package dev.kintsugi.controlplane.queue;

/** Answer to a submission. */
public sealed interface Submission {

  /** A new job, durable before this is returned. */
  record Accepted(Job job) implements Submission {}

  /** The same tenant sent the same key with the same request before: here is that job. */
  record Replayed(Job job) implements Submission {}

  /** The tenant used the key for another request. */
  record KeyReused(Job job) implements Submission {}

  /**
   * Too many jobs wait for the service.
   *
   * @param depth jobs waiting
   * @param limit jobs that may wait
   */
  record QueueFull(long depth, long limit) implements Submission {}
}

package dev.kintsugi.controlplane.queue;

/** Answer to a delete. */
public sealed interface Deletion {

  /** The job as it was; it is not found any more. */
  record Deleted(Job job) implements Deletion {}

  /** The tenant has no such job. */
  record NotFound() implements Deletion {}

  /** The job is queued or in progress: cancel it first. */
  record StillRunning(Job job) implements Deletion {}
}

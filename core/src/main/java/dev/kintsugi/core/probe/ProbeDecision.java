package dev.kintsugi.core.probe;

import java.time.Instant;

/** Whether a node is probed now. */
public sealed interface ProbeDecision {

  /**
   * Probe it.
   *
   * @param due since when it is due
   */
  record Probe(Reason reason, Instant due) implements ProbeDecision {}

  /**
   * Not now.
   *
   * @param due when it is due, or has been due since
   */
  record Wait(Reason reason, Instant due) implements ProbeDecision {}

  /** Why. */
  enum Reason {
    /** The interval is over. */
    DUE,
    /** The last probe failed. */
    FAILED_BEFORE,
    /** It comes back only by passing. */
    OUT_OF_DISPATCH,
    /** The interval is not over. */
    NOT_DUE,
    /** A customer's job was completed within the interval. */
    PROVEN_BY_JOB,
    /** Unreachable, cold or draining: known without a probe. */
    NODE_NOT_USABLE,
    NO_FREE_SLOT,
    /** The slot belongs to whoever waits. */
    JOBS_WAIT
  }
}

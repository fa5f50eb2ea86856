package dev.kintsugi.controlplane.queue;

import dev.kintsugi.core.recovery.Plan;
import dev.kintsugi.protocol.error.ErrorCode;
import java.time.Instant;
import java.util.Set;

/** What becomes of a job whose attempt failed, or whose time ran out while it waited. */
public sealed interface NextStep {

  /**
   * The job goes back to the queue in its old place.
   *
   * @param plan of the next attempt, kept with the job
   * @param notBefore earliest instant of the next attempt
   * @param avoid nodes that do not get the job before {@code avoidUntil}
   */
  record Again(Plan plan, Instant notBefore, Set<String> avoid, Instant avoidUntil)
      implements NextStep {}

  /** The job completes with what no attempt made. */
  record Answer(Result result) implements NextStep {}

  /**
   * The job fails.
   *
   * @param message one sentence for the customer
   */
  record GiveUp(ErrorCode code, String message) implements NextStep {}
}

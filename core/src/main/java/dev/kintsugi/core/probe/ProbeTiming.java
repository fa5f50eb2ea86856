package dev.kintsugi.core.probe;

import dev.kintsugi.core.probe.ProbeDecision.Probe;
import dev.kintsugi.core.probe.ProbeDecision.Reason;
import dev.kintsugi.core.probe.ProbeDecision.Wait;
import java.time.Instant;

/**
 * When a node is probed: once per interval, on a slot that is free and that no customer's job could
 * use now. A node that completed a customer's job within the interval needs no probe.
 */
public final class ProbeTiming {

  private ProbeTiming() {}

  /**
   * A node as the prober finds it.
   *
   * @param usable reachable, warm and not draining
   * @param freeSlots slots that no job occupies
   * @param serving customers' jobs may be given to it
   * @param jobsWait jobs of its service wait
   */
  public record Seat(boolean usable, int freeSlots, boolean serving, boolean jobsWait) {}

  /** Decides for one node. */
  public static ProbeDecision decide(
      Seat seat, ProbeHistory history, ProbePolicy policy, Instant now) {
    Instant due = due(history, policy);
    if (!seat.usable()) {
      return new Wait(Reason.NODE_NOT_USABLE, due);
    }
    if (now.isBefore(due)) {
      return new Wait(due.equals(history.nextAt()) ? Reason.NOT_DUE : Reason.PROVEN_BY_JOB, due);
    }
    if (seat.freeSlots() < 1) {
      return new Wait(Reason.NO_FREE_SLOT, due);
    }
    if (seat.serving() && seat.jobsWait()) {
      return new Wait(Reason.JOBS_WAIT, due);
    }
    return new Probe(reason(history), due);
  }

  private static Instant due(ProbeHistory history, ProbePolicy policy) {
    if (history.provenAt() == null) {
      return history.nextAt();
    }
    Instant proofEnds = history.provenAt().plus(policy.interval());
    return proofEnds.isAfter(history.nextAt()) ? proofEnds : history.nextAt();
  }

  private static Reason reason(ProbeHistory history) {
    if (history.out()) {
      return Reason.OUT_OF_DISPATCH;
    }
    return history.failures() > 0 ? Reason.FAILED_BEFORE : Reason.DUE;
  }
}

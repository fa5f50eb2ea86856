package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.controlplane.queue.Attempt;
import dev.kintsugi.core.recovery.RecoveryDecision;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells a customer in words what happened to a job. */
final class History {

  /** Of a lesser clip that no failure came before. */
  static final String NOTHING_BETTER = "Nothing better could be made in time.";

  private History() {}

  /**
   * Every failed attempt, one after the other; empty when there was none.
   *
   * @param last words for one that is not yet among them
   */
  static String of(List<Attempt> attempts, @Nullable String last) {
    List<String> told = new ArrayList<>();
    for (Attempt attempt : attempts) {
      if (!attempt.live() && !Attempt.COMPLETED.equals(attempt.outcome())) {
        told.add(of(attempt, String.valueOf(attempt.outcome()), attempt.message()));
      }
    }
    if (last != null) {
      told.add(last);
    }
    return String.join("; ", told);
  }

  static String of(Attempt attempt, String outcome, @Nullable String message) {
    String step =
        attempt.plan() == null || !attempt.plan().rung().degraded()
            ? ""
            : " (" + attempt.plan().rung().wireName() + ")";
    return "attempt %d on %s%s: %s, %s"
        .formatted(attempt.number(), attempt.nodeId(), step, outcome, message);
  }

  /** A sentence and a space. */
  static String because(RecoveryDecision.Reason reason) {
    return switch (reason) {
      case FIRST_ATTEMPT, MACHINE_FAILED, ATTEMPT_FAILED -> "";
      case LITTLE_TIME -> "Nothing better would have been done before the deadline. ";
      case NO_NODE_ABLE -> "No node could do better. ";
      case DEADLINE_PASSED -> "The deadline was reached. ";
      case ATTEMPTS_EXHAUSTED -> "No further attempt is allowed. ";
      case GPU_SECONDS_EXHAUSTED -> "The GPU time allowed for one job is spent. ";
      case NOTHING_LEFT -> "Everything that could have helped was tried. ";
      case CANCELLED -> "The job was cancelled. ";
    };
  }
}

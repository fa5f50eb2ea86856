package dev.kintsugi.core.recovery;

import java.time.Instant;
import java.util.List;
import java.util.Set;

/** What becomes of a job. */
public sealed interface RecoveryDecision {

  /** Metric label, log field and part of what the customer is told. */
  Reason reason();

  Numbers numbers();

  /** Why it was decided so. */
  enum Reason {
    FIRST_ATTEMPT,
    /** A machine failed under the job. */
    MACHINE_FAILED,
    /** The attempt failed by itself. */
    ATTEMPT_FAILED,
    /** Better steps would not be done before the deadline. */
    LITTLE_TIME,
    /** No node can do better steps now. */
    NO_NODE_ABLE,
    DEADLINE_PASSED,
    ATTEMPTS_EXHAUSTED,
    GPU_SECONDS_EXHAUSTED,
    /** Every step that could help was tried or is not to be had. */
    NOTHING_LEFT,
    CANCELLED
  }

  /** Why a better step was passed over. */
  enum Skip {
    TRIED,
    DOES_NOT_HELP,
    UNAVAILABLE,
    CHANGES_NOTHING,
    TOO_LATE,
    OVER_BUDGET
  }

  /** A step that was passed over. */
  record Skipped(Rung rung, Skip why) {}

  /**
   * What the decision was made with.
   *
   * @param failures attempts that failed by a fault of their own
   * @param losses attempts that machines failed under
   * @param gpuSeconds spent so far
   * @param gpuBudget of all attempts together; infinite where no step was ever measured
   * @param predicted seconds of what was chosen; NaN where nothing was measured
   * @param secondsLeft until the deadline
   * @param skipped better steps, best first
   */
  record Numbers(
      int failures,
      int losses,
      double gpuSeconds,
      double gpuBudget,
      double predicted,
      double secondsLeft,
      List<Skipped> skipped) {

    public Numbers {
      skipped = List.copyOf(skipped);
    }
  }

  /**
   * Try again.
   *
   * @param notBefore earliest instant of the next attempt
   * @param avoid nodes that shall not take it before {@code avoidUntil}
   */
  record Retry(
      Plan plan,
      Reason reason,
      Instant notBefore,
      Set<String> avoid,
      Instant avoidUntil,
      Numbers numbers)
      implements RecoveryDecision {

    public Retry {
      avoid = Set.copyOf(avoid);
    }
  }

  /** End the job with what no node needs to make. */
  record Answer(Rung rung, Reason reason, Numbers numbers) implements RecoveryDecision {}

  /** End the job without a clip: it was taken back, or its service wants no such answer. */
  record Stop(Reason reason, Numbers numbers) implements RecoveryDecision {}
}

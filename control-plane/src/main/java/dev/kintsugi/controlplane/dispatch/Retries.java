package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.controlplane.queue.Attempt;
import dev.kintsugi.core.queue.FailureKind;
import dev.kintsugi.core.queue.RetryDecision;
import dev.kintsugi.core.queue.RetryPolicy;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.node.FailureClass;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/** Whether and why a failed attempt is tried again. */
final class Retries {

  private Retries() {}

  /**
   * What a failure class says about trying again. A node's own model files, its GPU and its disk
   * are faults of the machine: another node may do better however often this one fails.
   */
  static FailureKind kind(FailureClass failure) {
    return switch (failure) {
      case NODE_LOST,
          UPLOAD_FAILED,
          GPU_FAULT,
          MODEL_LOAD_FAILED,
          WEIGHTS_CORRUPT,
          // The job was not cancelled, or its lease would be gone: the node stopped it on its own.
          CANCELLED ->
          FailureKind.INFRASTRUCTURE;
      case OOM,
          TIMEOUT,
          STALLED,
          NAN_LATENTS,
          BLACK_FRAMES,
          FROZEN_FRAMES,
          FLICKER,
          QUALITY_LOW,
          ENCODE_FAILED,
          INTERNAL ->
          FailureKind.COMPUTE;
    };
  }

  /**
   * Decides for an attempt that just failed. Only attempts that ended the same way count, so that
   * lost nodes do not eat up the tries a job has for its own faults.
   *
   * @param before the job's attempts; live ones are not counted
   */
  static RetryDecision decide(
      FailureClass failure,
      List<Attempt> before,
      Instant deadline,
      RetryPolicy policy,
      Instant now) {
    FailureKind kind = kind(failure);
    long alike =
        before.stream()
            .filter(attempt -> !attempt.live())
            .filter(attempt -> kindOf(attempt) == kind)
            .count();
    return RetryDecision.decide(
        new RetryDecision.Situation((int) alike + 1, kind, deadline), policy, now);
  }

  /** The code a job fails with when it is not tried again. */
  static ErrorCode jobError(RetryDecision decision) {
    return decision.reason() == RetryDecision.Reason.DEADLINE_PASSED
        ? ErrorCode.DEADLINE_EXCEEDED
        : ErrorCode.GENERATION_FAILED;
  }

  private static FailureKind kindOf(Attempt attempt) {
    return Arrays.stream(FailureClass.values())
        .filter(failure -> failure.name().equals(attempt.outcome()))
        .findFirst()
        .map(Retries::kind)
        .orElse(FailureKind.INFRASTRUCTURE);
  }
}

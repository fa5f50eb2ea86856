package dev.kintsugi.core.ledger;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether a failure happened again when the same work was done once more. */
public sealed interface ReplayVerdict {

  /** Why it was judged so. */
  Reason reason();

  /** Causes of the three verdicts. */
  enum Reason {
    /** The same class, in the same stage and expert, about the same step. */
    SAME_FAILURE,
    /** The same class, but elsewhere in the run. */
    SAME_CLASS_ELSEWHERE,
    /** The same work made a video. */
    COMPLETED,
    /** The same work made a video, and the failure had been planted. */
    COMPLETED_WITHOUT_FAULT,
    /** It failed in another way. */
    OTHER_FAILURE,
    /** The machine gave up, and nothing shows that the work made it. */
    MACHINE_FAILED,
    /** Other weights ran than those that failed. */
    OTHER_WEIGHTS,
    /** It never ran: cancelled, or no slot was free in time. */
    NOT_RUN
  }

  /**
   * It happened again.
   *
   * @param stepsApart denoise steps between the two failures; 0 where either is unknown
   */
  record Reproduced(Reason reason, int stepsApart) implements ReplayVerdict {}

  /** The same work made a video. */
  record NotReproduced(Reason reason) implements ReplayVerdict {}

  /** Nothing can be said. */
  record Inconclusive(Reason reason) implements ReplayVerdict {}

  /** How a run of the work ended. */
  sealed interface Outcome {

    /**
     * @param digest of the weights that ran; empty where unknown
     */
    record Completed(String digest) implements Outcome {}

    /**
     * @param failureClass such as {@code NAN_LATENTS}
     * @param stage null where it never ran or is not known
     * @param expert null outside denoising
     * @param step denoise steps done
     * @param steps 0 where not known
     * @param injected true when a planted fault did it
     */
    record Failed(
        String failureClass,
        @Nullable String stage,
        @Nullable String expert,
        int step,
        int steps,
        String digest,
        boolean injected)
        implements Outcome {}

    record NotRun() implements Outcome {}
  }

  /** Share of the schedule within which two failures are at the same step. */
  double SAME_STEP = 0.1;

  /**
   * Failures that say something of the machine of the moment: a node that is stopped twice is no
   * work that kills it twice. Only the same place in the run says more.
   */
  Set<String> MACHINE = Set.of("NODE_LOST", "UPLOAD_FAILED", "GPU_FAULT", "CANCELLED");

  /** Compares the failure with what happened when the same work was done again. */
  static ReplayVerdict decide(Outcome.Failed original, Outcome again) {
    return switch (again) {
      case Outcome.NotRun() -> new Inconclusive(Reason.NOT_RUN);
      case Outcome.Completed(String digest) -> completed(original, digest);
      case Outcome.Failed failed -> failed(original, failed);
    };
  }

  private static ReplayVerdict completed(Outcome.Failed original, String digest) {
    if (differ(original.digest(), digest)) {
      return new Inconclusive(Reason.OTHER_WEIGHTS);
    }
    return new NotReproduced(
        original.injected() ? Reason.COMPLETED_WITHOUT_FAULT : Reason.COMPLETED);
  }

  private static ReplayVerdict failed(Outcome.Failed original, Outcome.Failed again) {
    if (differ(original.digest(), again.digest())) {
      return new Inconclusive(Reason.OTHER_WEIGHTS);
    }
    if (!original.failureClass().equals(again.failureClass())) {
      return new Inconclusive(
          MACHINE.contains(again.failureClass()) ? Reason.MACHINE_FAILED : Reason.OTHER_FAILURE);
    }
    int apart =
        original.steps() == 0 || again.steps() == 0 ? 0 : Math.abs(original.step() - again.step());
    boolean samePlace =
        same(original.stage(), again.stage())
            && same(original.expert(), again.expert())
            && apart <= Math.max(1, SAME_STEP * original.steps());
    boolean placed = original.steps() > 0 && again.steps() > 0;
    if (MACHINE.contains(again.failureClass()) && !(placed && samePlace)) {
      return new Inconclusive(Reason.MACHINE_FAILED);
    }
    return new Reproduced(samePlace ? Reason.SAME_FAILURE : Reason.SAME_CLASS_ELSEWHERE, apart);
  }

  private static boolean differ(String one, String other) {
    return !one.isEmpty() && !other.isEmpty() && !one.equals(other);
  }

  private static boolean same(@Nullable String one, @Nullable String other) {
    return one == null || other == null || one.equals(other);
  }
}

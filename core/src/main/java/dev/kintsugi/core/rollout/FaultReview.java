package dev.kintsugi.core.rollout;

import dev.kintsugi.core.recovery.Attribution;
import dev.kintsugi.core.recovery.Cause;
import dev.kintsugi.core.rollout.Finding.Counts;
import dev.kintsugi.core.rollout.Finding.Excused;
import dev.kintsugi.core.rollout.Finding.Reason;
import dev.kintsugi.core.rollout.Finding.Silent;
import java.time.Duration;

/**
 * Whether a failed attempt speaks against its version.
 *
 * <p>Recovery blames a failure by its class, which is right for the next try of the job and not
 * enough here: a version that crashes its process, stalls or needs too much memory looks like a bad
 * node each time. What tells them apart is where else it happens. A node that is taken away does
 * not come back under its name, a crashed process does; a sick node fails alone, a bad version on
 * every node it has. Both versions are reviewed by the same rule, so what stable fails by at a like
 * rate weighs nothing in the comparison.
 *
 * <p>A finding may change while the rollout goes on: what one node does alone is excused until a
 * second one does it too.
 */
public final class FaultReview {

  private FaultReview() {}

  /**
   * @param leastRun an attempt shorter than this that ran out of time never had any
   * @param crashesForgiven crashes of a version's processes that count for nothing
   * @param wellElsewhere jobs the other nodes must have completed before one node fails alone
   * @param coincidence losses on both versions within this time have one outside cause
   */
  public record Policy(
      Duration leastRun, int crashesForgiven, int wellElsewhere, Duration coincidence) {

    public static final Policy DEFAULT =
        new Policy(Duration.ofSeconds(1), 1, 3, Duration.ofMinutes(1));
  }

  /** Failures that are told apart by the same facts. */
  public enum Family {
    /** The node went away under the attempt. */
    LOSS,
    /** The device reported a fault. */
    DEVICE,
    /** The node was there and answered, or stood still. */
    SERVICE,
    /** What was computed is wrong. */
    CONTENT;

    public static Family of(Cause cause) {
      return switch (cause) {
        case NODE_LOST, CANCELLED -> LOSS;
        case GPU_FAULT -> DEVICE;
        case OOM,
            TIMEOUT,
            STALLED,
            ENCODE_FAILED,
            UPLOAD_FAILED,
            MODEL_LOAD_FAILED,
            WEIGHTS_CORRUPT,
            INTERNAL ->
            SERVICE;
        case NAN_LATENTS, BLACK_FRAMES, FROZEN_FRAMES, FLICKER, QUALITY_LOW -> CONTENT;
      };
    }
  }

  /**
   * What else happened to the attempt's version since the rollout began.
   *
   * @param nodes that ended attempts of the version
   * @param nodesFailing those of them with a failure of the same family
   * @param wellElsewhere jobs that its other nodes completed
   * @param returned the node began another attempt later
   * @param crashes losses of the version after which the node came back
   * @param otherVersionToo a node of the other version was lost at the same time
   * @param inputFailsOnStable the job's input is blamed, and stable failed at it too
   * @param afterOtherVersion an attempt of the other version failed at the job before
   */
  public record Surroundings(
      int nodes,
      int nodesFailing,
      int wellElsewhere,
      boolean returned,
      int crashes,
      boolean otherVersionToo,
      boolean inputFailsOnStable,
      boolean afterOtherVersion) {}

  public static Finding decide(AttemptFacts attempt, Surroundings around, Policy policy) {
    Cause cause = attempt.cause();
    if (cause == null) {
      return made(attempt, around);
    }
    if (cause == Cause.CANCELLED && attempt.blame() == null) {
      return attempt.late() && !around.afterOtherVersion()
          ? new Counts(Ending.LATE, Reason.PAST_DEADLINE)
          : new Silent(Reason.CUSTOMER_CANCELLED);
    }
    if (attempt.ofInput() && around.inputFailsOnStable()) {
      return new Excused(Reason.INPUT);
    }
    return switch (Family.of(cause)) {
      case LOSS -> lost(around, policy);
      case DEVICE ->
          around.nodesFailing() >= 2 && !around.otherVersionToo()
              ? new Counts(Ending.FAILED, Reason.SEVERAL_DEVICES)
              : new Excused(Reason.DEVICE_FAULT);
      case SERVICE -> served(attempt, around, policy);
      case CONTENT -> content(attempt);
    };
  }

  /** What an earlier failure of the other version cost the job is no fault of this one. */
  private static Finding made(AttemptFacts attempt, Surroundings around) {
    if (around.afterOtherVersion()) {
      return new Counts(Ending.GOOD, Reason.MADE);
    }
    if (attempt.degraded()) {
      return new Counts(Ending.DEGRADED, Reason.LESS_THAN_ASKED);
    }
    return attempt.late()
        ? new Counts(Ending.LATE, Reason.PAST_DEADLINE)
        : new Counts(Ending.GOOD, Reason.MADE);
  }

  private static Finding lost(Surroundings around, Policy policy) {
    if (!around.returned()) {
      return new Excused(Reason.NODE_GONE);
    }
    if (around.otherVersionToo()) {
      return new Excused(Reason.BOTH_VERSIONS);
    }
    return around.crashes() <= policy.crashesForgiven()
        ? new Excused(Reason.CRASHED_ONCE)
        : new Counts(Ending.FAILED, Reason.CRASHES_AGAIN);
  }

  private static Finding served(AttemptFacts attempt, Surroundings around, Policy policy) {
    boolean ofTime = attempt.cause() == Cause.TIMEOUT;
    if (ofTime && attempt.ran().compareTo(policy.leastRun()) < 0) {
      return new Excused(Reason.NO_TIME);
    }
    if (ofTime && around.afterOtherVersion()) {
      return new Excused(Reason.OTHER_VERSIONS_DELAY);
    }
    boolean alone =
        around.nodes() >= 2
            && around.nodesFailing() <= 1
            && around.wellElsewhere() >= policy.wellElsewhere();
    if (alone && attempt.blame() != Attribution.MODEL_VERSION) {
      return new Excused(Reason.ONE_NODE_ALONE);
    }
    return new Counts(ofTime ? Ending.LATE : Ending.FAILED, Reason.NODE_WAS_THERE);
  }

  /** Recovery has compared the nodes already: bad clips are its business, too. */
  private static Finding content(AttemptFacts attempt) {
    if (attempt.blame() == Attribution.NODE || attempt.blame() == Attribution.GPU) {
      return new Excused(Reason.ONE_NODE_ALONE);
    }
    Ending ending = attempt.cause() == Cause.NAN_LATENTS ? Ending.FAILED : Ending.LOW_QUALITY;
    return new Counts(ending, Reason.OF_THE_VERSION);
  }
}

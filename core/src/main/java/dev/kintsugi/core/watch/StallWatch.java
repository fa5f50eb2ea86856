package dev.kintsugi.core.watch;

import java.time.Duration;

/** Whether an attempt still moves. */
public final class StallWatch {

  private StallWatch() {}

  /**
   * @param floor no attempt is stalled before this
   * @param unlearned bound where no step time is known, and between the stages that have no steps
   * @param medians a step may take this many times the usual
   * @param sigmas and this many standard deviations more than the usual, whichever is longer
   * @param minSteps steps after which a size counts as known
   * @param exitAfter how long the engine may stay stuck in an attempt that was given up; zero means
   *     for ever
   */
  public record Policy(
      Duration floor,
      Duration unlearned,
      double medians,
      double sigmas,
      int minSteps,
      Duration exitAfter) {}

  /**
   * @param silent time since anything of the attempt changed
   * @param denoising whether the next change is a denoise step
   * @param stepSeconds what steps of this size took lately
   */
  public record Situation(Duration silent, boolean denoising, double[] stepSeconds) {}

  /** Where a bound comes from. */
  public enum Reason {
    /** From this node's steps of this size. */
    LEARNED,
    /** The steps are so short that the floor is longer. */
    FLOOR,
    /** Nothing is known of this size, or the stage has no steps. */
    UNLEARNED
  }

  /**
   * Longest silence.
   *
   * @param steps what it was learned from
   */
  public record Bound(Duration limit, Reason reason, Spread steps) {}

  /** Whether it moves. */
  public sealed interface Verdict {

    Bound bound();

    record Moving(Bound bound) implements Verdict {}

    record Stalled(Duration silent, Bound bound) implements Verdict {}
  }

  public static Verdict judge(Situation in, Policy policy) {
    Bound bound = bound(in, policy);
    return in.silent().compareTo(bound.limit()) > 0
        ? new Verdict.Stalled(in.silent(), bound)
        : new Verdict.Moving(bound);
  }

  /**
   * Whether only a new process helps: a thread inside native code cannot be interrupted.
   *
   * @param stuck how long the engine has not come back from an attempt that was given up
   */
  public static boolean hung(Duration stuck, Policy policy) {
    return policy.exitAfter().isPositive() && stuck.compareTo(policy.exitAfter()) > 0;
  }

  private static Bound bound(Situation in, Policy policy) {
    Spread steps = Spread.of(in.stepSeconds());
    if (!in.denoising() || steps.count() < policy.minSteps()) {
      return new Bound(policy.unlearned(), Reason.UNLEARNED, steps);
    }
    double seconds =
        Math.max(
            policy.medians() * steps.median(), steps.median() + policy.sigmas() * steps.sigma());
    Duration learned = Duration.ofNanos((long) (seconds * 1e9));
    return learned.compareTo(policy.floor()) > 0
        ? new Bound(learned, Reason.LEARNED, steps)
        : new Bound(policy.floor(), Reason.FLOOR, steps);
  }
}

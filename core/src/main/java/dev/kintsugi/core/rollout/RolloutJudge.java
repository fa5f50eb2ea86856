package dev.kintsugi.core.rollout;

import dev.kintsugi.core.rollout.RolloutVerdict.Numbers;
import dev.kintsugi.core.rollout.RolloutVerdict.Reason;
import java.util.Arrays;
import java.util.Comparator;

/**
 * Decides what becomes of a rollout from the evidence so far. It may be asked at any instant and as
 * often as one likes: its guarantees are those of a sequential test (see {@link VerdictPolicy}).
 *
 * <p>A rollback is never held. A step whose evidence is complete stays complete over the limit.
 */
public final class RolloutJudge {
  private RolloutJudge() {}

  public static RolloutVerdict decide(Evidence evidence, Situation now) {
    Evidence against = evidence.withLate(now.certainBadInFlight());
    VerdictPolicy policy = evidence.policy();
    double regression = against.regression(now.pendingInFlight());
    double healthNeeded = now.share() * policy.promoteAt();
    Numbers numbers =
        new Numbers(
            evidence.jobs(Arm.CANARY),
            evidence.bad(Arm.CANARY),
            evidence.jobs(Arm.STABLE),
            evidence.bad(Arm.STABLE),
            now.certainBadInFlight(),
            leading(against),
            Math.exp(regression),
            Math.exp(policy.rollbackAt()),
            Math.exp(against.health()),
            Math.exp(healthNeeded));
    if (now.wrongWeights() != null) {
      return new RolloutVerdict.Rollback(Reason.WRONG_WEIGHTS, numbers, now.wrongWeights());
    }
    if (regression >= policy.rollbackAt()) {
      return new RolloutVerdict.Rollback(reason(numbers.leading()), numbers, null);
    }
    if (now.promoted()) {
      return new RolloutVerdict.Continue(Reason.WATCHING, numbers);
    }
    boolean proven = against.health() >= healthNeeded;
    if (!proven && now.sinceStart().compareTo(now.limit()) >= 0) {
      return new RolloutVerdict.Inconclusive(whyNot(evidence), numbers);
    }
    if (!now.holds().isEmpty()) {
      return new RolloutVerdict.Hold(Reason.HELD, now.holds(), proven, numbers);
    }
    return proven
        ? new RolloutVerdict.Promote(Reason.STEP_PROVEN, numbers)
        : new RolloutVerdict.Continue(Reason.GATHERING_EVIDENCE, numbers);
  }

  private static Channel leading(Evidence evidence) {
    return Arrays.stream(Channel.values())
        .max(
            Comparator.comparingDouble(
                channel -> channel.logWeight() + evidence.regression(channel)))
        .orElseThrow();
  }

  private static Reason reason(Channel leading) {
    return switch (leading) {
      case BAD_JOBS -> Reason.MORE_BAD_JOBS;
      case TIME -> Reason.SLOWER;
      case COST -> Reason.COSTLIER;
      case QUALITY -> Reason.LOWER_QUALITY;
      case RATING -> Reason.WORSE_RATED;
    };
  }

  private static Reason whyNot(Evidence evidence) {
    if (evidence.jobs(Arm.CANARY) == 0) {
      return Reason.NO_CANARY_JOBS;
    }
    return evidence.jobs(Arm.STABLE) == 0 ? Reason.NO_STABLE_JOBS : Reason.LIMIT_REACHED;
  }
}

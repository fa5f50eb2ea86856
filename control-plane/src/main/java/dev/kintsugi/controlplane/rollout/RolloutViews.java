package dev.kintsugi.controlplane.rollout;

import dev.kintsugi.core.rollout.Arm;
import dev.kintsugi.core.rollout.Ending;
import dev.kintsugi.core.rollout.Evidence;
import dev.kintsugi.core.rollout.JobReview.Observation;
import dev.kintsugi.core.rollout.RatingDifference;
import dev.kintsugi.core.rollout.RolloutVerdict;
import dev.kintsugi.protocol.fleet.ServiceEvidence.ArmEvidence;
import dev.kintsugi.protocol.fleet.ServiceEvidence.RatingEvidence;
import dev.kintsugi.protocol.fleet.ServiceEvidence.RolloutEvidence;
import java.time.Instant;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Evidence as operators are told it. */
final class RolloutViews {

  /** JSON has no infinity. */
  private static final double MOST = 1e15;

  private RolloutViews() {}

  /**
   * What was found at one instant.
   *
   * @param carriedPercent of the attempts since the weights changed
   */
  record Findings(Trial trial, Flights flights, double carriedPercent, Instant now) {}

  static RolloutEvidence of(String rollout, RolloutVerdict verdict, Findings found) {
    boolean cut = verdict instanceof RolloutVerdict.Rollback;
    return new RolloutEvidence(
        rollout,
        name(verdict),
        reason(verdict),
        verdict.message(),
        cut,
        found.carriedPercent(),
        Math.min(MOST, verdict.numbers().regression()),
        Math.min(MOST, verdict.numbers().health()),
        found.now().toString(),
        text(firstBad(found)),
        cut ? found.now().toString() : null,
        arm(Arm.STABLE, found),
        arm(Arm.CANARY, found),
        ratings(found));
  }

  /** A rollback that was decided, with the jobs as they stand now. */
  static RolloutEvidence rolledBack(RolloutEvidence decided, Findings found) {
    return new RolloutEvidence(
        decided.rollout(),
        decided.verdict(),
        decided.reason(),
        decided.message(),
        decided.cut(),
        found.carriedPercent(),
        decided.againstCanary(),
        decided.forCanary(),
        found.now().toString(),
        decided.firstBadAt(),
        decided.cutAt(),
        arm(Arm.STABLE, found),
        arm(Arm.CANARY, found),
        ratings(found));
  }

  /** The same numbers, held because they are old. */
  static RolloutEvidence stale(RolloutEvidence last, String message) {
    return new RolloutEvidence(
        last.rollout(),
        "HOLD",
        dev.kintsugi.core.rollout.Hold.EVIDENCE_STALE.name(),
        message,
        last.cut(),
        last.carriedPercent(),
        last.againstCanary(),
        last.forCanary(),
        last.evaluatedAt(),
        last.firstBadAt(),
        last.cutAt(),
        last.stable(),
        last.canary(),
        last.ratings());
  }

  /** Nothing is known yet. */
  static RolloutEvidence unknown(RolloutKey key, String message, Instant now) {
    ArmEvidence none = new ArmEvidence(0, 0, 0, 0, 0, 0, 0, null, null);
    return new RolloutEvidence(
        key.rollout(),
        "HOLD",
        dev.kintsugi.core.rollout.Hold.EVIDENCE_STALE.name(),
        message,
        false,
        0,
        1,
        1,
        now.toString(),
        null,
        null,
        none,
        none,
        null);
  }

  static @Nullable Instant firstBad(Findings found) {
    @Nullable Instant inFlight = found.flights().firstBad();
    return Stream.concat(
            Stream.ofNullable(inFlight),
            found.trial().firstBad().map(Observation::certainAt).stream())
        .min(Instant::compareTo)
        .orElse(null);
  }

  private static @Nullable RatingEvidence ratings(Findings found) {
    RatingDifference ratings = found.trial().evidence().ratings();
    return ratings.stable() + ratings.canary() == 0
        ? null
        : new RatingEvidence(
            ratings.stable(),
            number(ratings.stableMean()),
            ratings.canary(),
            number(ratings.canaryMean()),
            ratings.low(),
            ratings.high(),
            RatingDifference.CONFIDENCE);
  }

  private static @Nullable Double number(double value) {
    return Double.isNaN(value) ? null : value;
  }

  private static ArmEvidence arm(Arm arm, Findings found) {
    Evidence evidence = found.trial().evidence();
    return new ArmEvidence(
        evidence.jobs(arm),
        evidence.count(arm, Ending.FAILED),
        evidence.count(arm, Ending.LATE),
        evidence.count(arm, Ending.LOW_QUALITY),
        evidence.count(arm, Ending.DEGRADED),
        evidence.count(arm, Ending.EXCUSED),
        found.flights().running(arm),
        number(found.trial().meanSeconds(arm)),
        number(found.trial().meanScore(arm)));
  }

  private static String name(RolloutVerdict verdict) {
    return switch (verdict) {
      case RolloutVerdict.Promote promote -> "PROMOTE";
      case RolloutVerdict.Rollback rollback -> Decision.ROLLBACK;
      case RolloutVerdict.Continue go -> "CONTINUE";
      case RolloutVerdict.Hold hold -> "HOLD";
      case RolloutVerdict.Inconclusive inconclusive -> "INCONCLUSIVE";
    };
  }

  /** A hold is told by what holds. */
  private static String reason(RolloutVerdict verdict) {
    return verdict instanceof RolloutVerdict.Hold hold
        ? hold.holds().getFirst().name()
        : verdict.reason().name();
  }

  private static @Nullable String text(@Nullable Instant at) {
    return at == null ? null : at.toString();
  }
}

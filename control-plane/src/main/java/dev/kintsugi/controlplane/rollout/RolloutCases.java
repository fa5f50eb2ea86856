package dev.kintsugi.controlplane.rollout;

import dev.kintsugi.controlplane.cases.CaseRecorder;
import dev.kintsugi.controlplane.cases.NewCase;
import dev.kintsugi.controlplane.queue.LedgerAttempt;
import dev.kintsugi.core.recovery.Attribution;
import dev.kintsugi.core.recovery.Cause;
import dev.kintsugi.core.rollout.AttemptFacts;
import dev.kintsugi.core.rollout.Ending;
import dev.kintsugi.core.rollout.JobReview.Observation;
import dev.kintsugi.protocol.fleet.ServiceEvidence.ArmEvidence;
import dev.kintsugi.protocol.fleet.ServiceEvidence.RolloutEvidence;
import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Tells the ledger of a rollback, by the first job that spoke against the canary. */
@Singleton
final class RolloutCases {

  private final CaseRecorder recorder;

  RolloutCases(CaseRecorder recorder) {
    this.recorder = recorder;
  }

  private record Example(String job, String attempt, String node, String failureClass) {}

  /** Safe to repeat: the same case is kept once. */
  void rolledBack(Decision decision, RolloutViews.Findings found) {
    example(found)
        .ifPresent(
            example ->
                recorder.record(
                    new NewCase(
                        NewCase.Kind.ROLLBACK,
                        example.job(),
                        example.attempt(),
                        example.failureClass(),
                        Attribution.MODEL_VERSION.name().toLowerCase(Locale.ROOT),
                        "",
                        decision.evidence().message(),
                        example.node(),
                        decision.stage().canary(),
                        null,
                        details(decision),
                        decision.at())));
  }

  private static Optional<Example> example(RolloutViews.Findings found) {
    Optional<Observation> seen = found.trial().firstBad().or(found.trial()::newestOfCanary);
    LedgerAttempt inFlight = found.flights().firstBadAttempt();
    if (seen.isEmpty() && inFlight != null) {
      return Optional.of(
          new Example(
              inFlight.attempt().jobId(),
              inFlight.attempt().id(),
              inFlight.attempt().nodeId(),
              Cause.TIMEOUT.name()));
    }
    return seen.map(
        observation -> {
          AttemptFacts attempt = observation.attempt();
          return new Example(
              attempt.job(), attempt.attempt(), attempt.node(), failureClass(observation));
        });
  }

  /** A video that was made, but too late or of too little, has no class of its own. */
  private static String failureClass(Observation seen) {
    Cause cause = seen.attempt().cause();
    if (cause != null) {
      return cause.name();
    }
    return seen.outcome().ending() == Ending.DEGRADED
        ? Cause.QUALITY_LOW.name()
        : Cause.TIMEOUT.name();
  }

  private static Map<String, String> details(Decision decision) {
    RolloutEvidence told = decision.evidence();
    Map<String, String> details = new TreeMap<>();
    String[] service = decision.key().service().split("/", 2);
    details.put("rollout", service[0] + "/" + told.rollout());
    details.put("service", decision.key().service());
    details.put("stable", decision.stage().stable());
    details.put("canary", decision.stage().canary());
    details.put("step", Integer.toString(decision.stage().step()));
    details.put("weight", Integer.toString(decision.stage().weight()));
    details.put("reason", told.reason());
    details.put("e_value", String.format(Locale.ROOT, "%.4g", told.againstCanary()));
    details.put("stable_jobs", bad(told.stable()) + " of " + told.stable().jobs() + " bad");
    details.put("canary_jobs", bad(told.canary()) + " of " + told.canary().jobs() + " bad");
    return details;
  }

  private static long bad(ArmEvidence arm) {
    return arm.failed() + arm.late() + arm.lowQuality() + arm.degraded();
  }
}

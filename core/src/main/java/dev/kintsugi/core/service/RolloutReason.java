package dev.kintsugi.core.service;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Why a rollout moves, waits or refuses: conditions, events, metrics and docs use these words. */
public enum RolloutReason {
  STARTED("Started"),
  STARTING("Starting"),
  CANARY_READY("CanaryReady"),
  STEP_PASSED("StepPassed"),
  SWAPPING("Swapping"),
  COLLECTING("Collecting"),
  BAKE_STARTED("BakeStarted"),
  BAKING("Baking"),
  BAKE_OVER("BakeOver"),
  FINISHING("Finishing"),
  PROMOTED("Promoted"),
  VERDICT_ROLLBACK("VerdictRollback"),
  CANARY_CRASHES("CanaryCrashes"),
  CANARY_NEVER_READY("CanaryNeverReady"),
  RETURNING("Returning"),
  ROLLED_BACK("RolledBack"),
  ABORTED("Aborted"),
  SUPERSEDED("Superseded"),
  SPEC_REVERTED("SpecReverted"),
  PAUSED("Paused"),
  RESUMED("Resumed"),
  INCONCLUSIVE("Inconclusive"),
  DECIDED("Decided"),
  HELD("Held"),
  NO_EVIDENCE("NoEvidence"),
  STALE_EVIDENCE("StaleEvidence"),
  CONTROL_PLANE_AWAY("ControlPlaneAway"),
  STABLE_NOT_READY("StableNotReady"),
  CANARY_NOT_READY("CanaryNotReady"),
  SPEC_INVALID("SpecInvalid"),
  SCALED_TO_ZERO("ScaledToZero"),
  CLOCK_SET_BACK("ClockSetBack"),
  STEP_SKIPPED("StepSkipped"),
  STEPS_SKIPPED("StepsSkipped"),
  BAKE_SKIPPED("BakeSkipped"),
  ABORT_ASKED("AbortAsked"),
  RETRIED("Retried"),
  UNDONE("Undone"),
  UNKNOWN_ACTION("UnknownAction"),
  ALREADY_SO("AlreadySo"),
  ENDED_ALREADY("EndedAlready"),
  RETURNING_ALREADY("ReturningAlready"),
  NOT_ENDED("NotEnded"),
  NOT_THE_NEWEST("NotTheNewest"),
  NOT_ASKED_FOR("NotAskedFor"),
  NO_DECISION_YET("NoDecisionYet"),
  TOO_LATE("TooLate");

  private final String text;

  RolloutReason(String text) {
    this.text = text;
  }

  /** Things go on as they should: nobody has to know at once. */
  public boolean routine() {
    return switch (this) {
      case STARTING,
          CANARY_READY,
          STEP_PASSED,
          SWAPPING,
          COLLECTING,
          BAKE_STARTED,
          BAKING,
          BAKE_OVER,
          FINISHING,
          RETURNING,
          RESUMED ->
          true;
      default -> false;
    };
  }

  /** Empty for a text that is none of them. */
  public static Optional<RolloutReason> of(@Nullable String text) {
    return Arrays.stream(values()).filter(reason -> reason.text.equals(text)).findFirst();
  }

  /** As it is written in a condition, an event and a timeline. */
  public String text() {
    return text;
  }
}

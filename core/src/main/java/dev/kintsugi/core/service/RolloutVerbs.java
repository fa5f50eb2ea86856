package dev.kintsugi.core.service;

import dev.kintsugi.core.service.VerbDecision.Move;
import dev.kintsugi.core.service.VerbDecision.Refuse;
import java.time.Instant;

/** What a person's wish does to a rollout, or why it is senseless. */
public final class RolloutVerbs {

  private final RolloutState state;
  private final Place place;
  private final Instant now;

  private RolloutVerbs(RolloutState state, Place place, Instant now) {
    this.state = state;
    this.place = place;
    this.now = now;
  }

  /**
   * Where the rollout stands among the others of its service.
   *
   * @param newest none was begun after it
   * @param asked its revision is what the spec asks for
   * @param returned the spec is what it was before the rollout already
   */
  public record Place(boolean newest, boolean asked, boolean returned) {}

  public static VerbDecision decide(
      RolloutState state, RolloutVerb verb, Place place, Instant now) {
    return new RolloutVerbs(state, place, now).decide(verb);
  }

  private VerbDecision decide(RolloutVerb verb) {
    return switch (verb) {
      case RETRY -> retry();
      case UNDO -> undo();
      case PAUSE, RESUME, PROMOTE, PROMOTE_FULL, ABORT -> underWay(verb);
    };
  }

  private VerbDecision underWay(RolloutVerb verb) {
    if (state.phase().ended()) {
      return refuse(
          RolloutReason.ENDED_ALREADY,
          "%s: the rollout has ended (%s).".formatted(verb.text(), state.phase().text()));
    }
    if (state.phase() == RolloutPhase.ROLLING_BACK) {
      return refuse(
          RolloutReason.RETURNING_ALREADY,
          verb.text() + ": the rollout goes back to revision " + state.stable() + " already.");
    }
    if (state.bakedAt() != null) {
      return refuse(
          RolloutReason.TOO_LATE,
          verb.text() + ": the bake is over and stable is being removed; use undo to go back.");
    }
    return switch (verb) {
      case PAUSE ->
          state.paused()
              ? refuse(RolloutReason.ALREADY_SO, "pause: it is paused already.")
              : new Move(
                  state.pausing(true).in(RolloutPhase.PAUSED, now),
                  RolloutReason.PAUSED,
                  "Paused at %d%%.".formatted(state.weight()));
      case RESUME -> resume();
      case PROMOTE -> promote();
      case PROMOTE_FULL -> promoteFull();
      default ->
          new Move(
              state.goingBack(RolloutPhase.ABORTED, now),
              RolloutReason.ABORT_ASKED,
              "Every job goes to revision %s again.".formatted(state.stable()));
    };
  }

  private VerbDecision resume() {
    if (state.paused()) {
      return new Move(
          state.pausing(false).in(state.underWay(), now),
          RolloutReason.RESUMED,
          "Going on at %d%%.".formatted(state.weight()));
    }
    return state.phase() == RolloutPhase.PAUSED
        ? refuse(
            RolloutReason.INCONCLUSIVE,
            "resume: the verdict is inconclusive; promote, promote-full or abort it, or raise"
                + " spec.analysis.deadline.")
        : refuse(RolloutReason.ALREADY_SO, "resume: it is not paused.");
  }

  private VerbDecision promote() {
    return switch (state.underWay()) {
      case BAKING -> skipBake();
      case PROGRESSING -> skipStep();
      default ->
          refuse(RolloutReason.NO_DECISION_YET, "promote: no node of the canary is ready yet.");
    };
  }

  private VerbDecision skipStep() {
    if (state.lastStep()) {
      return refuse(
          RolloutReason.ALREADY_SO, "promote: the last step is under way; its nodes start.");
    }
    RolloutState next =
        state.pausing(false).in(RolloutPhase.PROGRESSING, now).atStep(state.step() + 1, now);
    return new Move(
        next,
        RolloutReason.STEP_SKIPPED,
        "Step %d of %d begins without a verdict."
            .formatted(next.step() + 1, next.policy().steps().size()));
  }

  private VerbDecision promoteFull() {
    if (state.underWay() == RolloutPhase.BAKING) {
      return skipBake();
    }
    if (state.lastStep()) {
      return refuse(RolloutReason.ALREADY_SO, "promote-full: the last step is under way already.");
    }
    return new Move(
        state.pausing(false).in(state.underWay(), now).atStep(state.policy().lastStep(), now),
        RolloutReason.STEPS_SKIPPED,
        "The last step begins without a verdict; the bake still follows.");
  }

  private VerbDecision skipBake() {
    return new Move(
        state.pausing(false).baked(now), RolloutReason.BAKE_SKIPPED, "The bake ends now.");
  }

  private VerbDecision retry() {
    if (!state.phase().ended()) {
      return refuse(RolloutReason.NOT_ENDED, "retry: the rollout is still under way.");
    }
    if (!state.phase().refused()) {
      return refuse(
          RolloutReason.ALREADY_SO,
          "retry: it was not rolled back or aborted (%s).".formatted(state.phase().text()));
    }
    if (!place.newest()) {
      return refuse(
          RolloutReason.NOT_THE_NEWEST, "retry: a newer rollout of the service was begun.");
    }
    return place.asked()
        ? new VerbDecision.Retry(
            RolloutReason.RETRIED, "Revision %s is tried again.".formatted(state.canary()))
        : refuse(
            RolloutReason.NOT_ASKED_FOR,
            "retry: the spec does not ask for revision %s any more.".formatted(state.canary()));
  }

  private VerbDecision undo() {
    if (!place.newest()) {
      return refuse(
          RolloutReason.NOT_THE_NEWEST,
          "undo: a newer rollout of the service was begun; undo that one.");
    }
    if (place.returned()) {
      return refuse(
          RolloutReason.ALREADY_SO,
          "undo: the spec is at revision %s already.".formatted(state.stable()));
    }
    return place.asked()
        ? new VerbDecision.Undo(
            RolloutReason.UNDONE, "The spec is set back to revision %s.".formatted(state.stable()))
        : refuse(
            RolloutReason.NOT_ASKED_FOR,
            "undo: the spec does not ask for revision %s any more.".formatted(state.canary()));
  }

  private static Refuse refuse(RolloutReason reason, String message) {
    return new Refuse(reason, message);
  }
}

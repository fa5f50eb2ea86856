package dev.kintsugi.operators.modelrollout;

import dev.kintsugi.core.service.RolloutDecision;
import dev.kintsugi.core.service.RolloutMachine;
import dev.kintsugi.core.service.RolloutPhase;
import dev.kintsugi.core.service.RolloutReason;
import dev.kintsugi.core.service.RolloutState;
import dev.kintsugi.core.service.RolloutVerb;
import dev.kintsugi.core.service.RolloutVerbs;
import dev.kintsugi.core.service.RolloutVerbs.Place;
import dev.kintsugi.core.service.ServiceAsk;
import dev.kintsugi.core.service.VerbDecision;
import dev.kintsugi.operators.crds.DiffusionService;
import dev.kintsugi.operators.crds.ModelRollout;
import dev.kintsugi.operators.crds.ModelRolloutStatus;
import dev.kintsugi.operators.crds.ModelRolloutStatus.Entry;
import dev.kintsugi.operators.modelrollout.ModelRolloutConditions.Answer;
import dev.kintsugi.operators.modelrollout.ModelRolloutConditions.Look;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One look at one rollout: a person's wish first, then what the evidence says. Pure. */
final class RolloutTurn {

  private final ModelRollout rollout;
  private final RolloutState before;
  private final Place place;
  private final Instant now;
  private final @Nullable String action;
  private final List<Entry> news = new ArrayList<>();
  private RolloutState state;
  private @Nullable Answer answer;
  private boolean retry;
  private boolean undo;

  private RolloutTurn(ModelRollout rollout, Place place, Instant now) {
    this.rollout = rollout;
    this.before = ModelRollouts.state(rollout);
    this.state = before;
    this.place = place;
    this.now = now;
    var annotations = rollout.getMetadata().getAnnotations();
    this.action = annotations == null ? null : annotations.get(ModelRollout.ACTION);
  }

  /**
   * What is to be done, in this order: write the status, do what the action asks, take it off.
   *
   * @param status null when it is as it was written
   * @param action to be taken off; null for none
   * @param answer to an action of this look; null for none
   * @param decision of the machine
   */
  record Outcome(
      RolloutState before,
      RolloutState state,
      @Nullable ModelRolloutStatus status,
      @Nullable String action,
      @Nullable Answer answer,
      RolloutDecision decision,
      boolean retry,
      boolean undo) {}

  /**
   * @param newest none was begun after it
   */
  static Outcome take(ModelRollout rollout, boolean newest, RolloutView view, Instant now) {
    DiffusionService service = view.service();
    ServiceAsk ask = view.ask();
    boolean asked = ModelRollouts.asks(service, ask.revision(), rollout.getSpec().to());
    boolean returned = ModelRollouts.asks(service, ask.revision(), rollout.getSpec().from());
    var turn = new RolloutTurn(rollout, new Place(newest, asked, returned), now);
    turn.listen();
    boolean forgiven =
        turn.forgiven() || (newest && turn.state.phase().refused() && !asked && !ask.held());
    return turn.look(view, forgiven);
  }

  private Outcome look(RolloutView view, boolean forgiven) {
    RolloutDecision decision =
        RolloutMachine.decide(state, view.ask(), view.seen(), view.evidence(before.name()), now);
    if (decision instanceof RolloutDecision.Move move) {
      news.add(
          ModelRolloutConditions.entry(
              move.state().phase().text(), move.reason(), move.message(), now));
    }
    var status =
        ModelRolloutConditions.status(
            rollout,
            new Look(decision, view.said(before.name()), news, action, answer, forgiven),
            now);
    boolean write =
        state.phase().ended() && before.phase().ended()
            ? answer != null || !Objects.equals(action, remembered()) || forgiven != forgiven()
            : ModelRolloutConditions.worthWriting(rollout.getStatus(), status, now);
    return new Outcome(
        before, decision.state(), write ? status : null, action, answer, decision, retry, undo);
  }

  private void listen() {
    if (action == null) {
      return;
    }
    Optional<RolloutVerb> verb = RolloutVerb.of(action);
    if (action.equals(remembered())) {
      verb.filter(_ -> wasAccepted()).ifPresent(this::again);
      return;
    }
    VerbDecision decision =
        verb.map(v -> RolloutVerbs.decide(state, v, place, now))
            .orElseGet(
                () ->
                    new VerbDecision.Refuse(
                        RolloutReason.UNKNOWN_ACTION,
                        "'%s' is no action; these are: %s.".formatted(action, RolloutVerb.list())));
    boolean accepted = !(decision instanceof VerbDecision.Refuse);
    switch (decision) {
      case VerbDecision.Move move -> state = move.state();
      case VerbDecision.Retry _ -> retry = true;
      case VerbDecision.Undo _ -> undo = true;
      case VerbDecision.Refuse _ -> {}
    }
    answer = new Answer(accepted, decision.reason(), decision.message());
    news.add(
        ModelRolloutConditions.entry(
            "%s by %s".formatted(action, ModelRollouts.author(rollout)),
            decision.reason(),
            decision.message(),
            now));
  }

  /** Dealt with by an operator that was stopped before it took the action off. */
  private void again(RolloutVerb verb) {
    switch (verb) {
      case PAUSE -> state = state.pausing(true);
      case RESUME, PROMOTE, PROMOTE_FULL -> state = state.pausing(false);
      case RETRY -> retry = place.newest() && state.phase().refused();
      case UNDO -> undo = place.newest() && place.asked() && !place.returned();
      case ABORT -> {}
    }
  }

  private @Nullable String remembered() {
    var status = rollout.getStatus();
    return status == null || status.memory() == null ? null : status.memory().action();
  }

  private boolean wasAccepted() {
    return ModelRolloutConditions.find(rollout.getStatus(), ModelRolloutConditions.ACTION_ACCEPTED)
        .filter(condition -> condition.status().equals("True"))
        .isPresent();
  }

  private boolean forgiven() {
    var status = rollout.getStatus();
    return status != null
        && status.memory() != null
        && Boolean.TRUE.equals(status.memory().forgiven());
  }

  /** The rollout went back, or began to. */
  static boolean wentBack(Outcome outcome) {
    return outcome.state().phase() == RolloutPhase.ROLLING_BACK
        && outcome.before().phase() != RolloutPhase.ROLLING_BACK;
  }
}

package dev.kintsugi.core.service;

import dev.kintsugi.core.service.JobEvidence.Judgement;
import dev.kintsugi.core.service.JobEvidence.Verdict;
import dev.kintsugi.core.service.RolloutDecision.Move;
import dev.kintsugi.core.service.RolloutDecision.Stay;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a rollout goes next. It goes forward only on evidence that is there, fresh and about the
 * step under way; it goes back on a verdict or on a canary that does not start; without evidence it
 * stays. It judges no jobs: the control plane does.
 */
public final class RolloutMachine {

  private final RolloutState state;
  private final ServiceAsk ask;
  private final ServiceObservation seen;
  private final JobEvidence evidence;
  private final @Nullable Judgement fresh;
  private final RolloutSlots slots;
  private final Instant now;

  private RolloutMachine(
      RolloutState state,
      ServiceAsk ask,
      ServiceObservation seen,
      JobEvidence evidence,
      Instant now) {
    this.state = state;
    this.ask = ask;
    this.seen = seen;
    this.evidence = evidence;
    this.fresh = evidence.fresh(now);
    this.slots = RolloutSlots.of(state, ask, seen);
    this.now = now;
  }

  public static RolloutDecision decide(
      RolloutState state,
      ServiceAsk ask,
      ServiceObservation seen,
      JobEvidence evidence,
      Instant now) {
    return new RolloutMachine(state, ask, seen, evidence, now).next();
  }

  private RolloutDecision next() {
    if (state.phase().ended()) {
      return stay(endReason(state.phase()), "It has ended.");
    }
    if (state.phase() == RolloutPhase.ROLLING_BACK) {
      return returning();
    }
    if (!ask.held() && !ask.revision().equals(state.canary())) {
      return turned();
    }
    if (state.bakedAt() != null) {
      return finishing();
    }
    return wrong().orElseGet(this::forward);
  }

  private RolloutDecision forward() {
    if (ask.held()) {
      return stay(
          RolloutReason.SPEC_INVALID, "The service's spec is not acceptable; nothing moves.");
    }
    if (slots.wanted() == 0) {
      return stay(RolloutReason.SCALED_TO_ZERO, "Every pool has 0 replicas.");
    }
    if (state.paused()) {
      return state.phase() == RolloutPhase.PAUSED
          ? stay(RolloutReason.PAUSED, "spec.paused is true.")
          : move(
              state.in(RolloutPhase.PAUSED, now),
              RolloutReason.PAUSED,
              "Paused at %d%%.".formatted(state.weight()));
    }
    return switch (state.phase()) {
      case PAUSED -> waiting();
      case PENDING -> starting();
      case PROGRESSING -> progressing();
      default -> baking();
    };
  }

  /** The spec asks for another revision now. */
  private RolloutDecision turned() {
    if (ask.revision().equals(state.stable())) {
      return move(
          state.goingBack(RolloutPhase.ABORTED, now),
          RolloutReason.SPEC_REVERTED,
          "The spec is back at revision %s.".formatted(state.stable()));
    }
    String to = "The spec asks for revision %s now".formatted(ask.revision());
    if (state.bakeSince() != null) {
      return move(
          state.in(RolloutPhase.PROMOTED, now),
          RolloutReason.PROMOTED,
          to + "; revision %s carried everything and is stable.".formatted(state.canary()));
    }
    return move(state.in(RolloutPhase.SUPERSEDED, now), RolloutReason.SUPERSEDED, to + ".");
  }

  private Optional<RolloutDecision> wrong() {
    if (fresh != null && fresh.verdict() == Verdict.ROLLBACK) {
      return Optional.of(
          back(RolloutReason.VERDICT_ROLLBACK, fresh.reason() + ": " + fresh.message()));
    }
    if (state.bakeSince() != null && slots.canaryReady() > 0) {
      return Optional.empty();
    }
    return StartFailure.of(state, ask, seen, evidence.clockTrusted(now), now)
        .map(failure -> back(failure.reason(), failure.message()));
  }

  private boolean ofCanary(PodGroup.Key key) {
    return key.revision().equals(state.canary());
  }

  private Move back(RolloutReason reason, String message) {
    return move(state.goingBack(RolloutPhase.ROLLED_BACK, now), reason, message);
  }

  private RolloutDecision returning() {
    long left = seen.nodes().stream().filter(node -> ofCanary(node.group())).count();
    boolean gone = left == 0 && seen.groups().stream().noneMatch(g -> ofCanary(g.key()));
    boolean whole =
        seen.groups().stream()
            .filter(g -> g.key().revision().equals(state.stable()))
            .allMatch(g -> g.replicas() >= slots.stable().getOrDefault(g.key().pool(), 0));
    String message =
        "Revision %s gets every job; it has %d of %d ready nodes, the canary still %d."
            .formatted(state.stable(), slots.stableReady(), slots.wanted(), left);
    if (!gone || !whole) {
      return stay(RolloutReason.RETURNING, message);
    }
    RolloutPhase end = state.ending() == null ? RolloutPhase.ROLLED_BACK : state.ending();
    return move(state.in(end, now), endReason(end), message);
  }

  private RolloutDecision finishing() {
    boolean stableGone =
        seen.groups().stream().noneMatch(g -> g.key().revision().equals(state.stable()));
    boolean whole =
        slots.canary().entrySet().stream()
            .allMatch(pool -> replicas(pool.getKey()) >= pool.getValue());
    return stableGone && whole
        ? move(
            state.in(RolloutPhase.PROMOTED, now),
            RolloutReason.PROMOTED,
            "Revision %s is stable.".formatted(state.canary()))
        : stay(
            RolloutReason.FINISHING,
            "The last nodes of revision %s drain.".formatted(state.stable()));
  }

  private int replicas(String pool) {
    var key = new PodGroup.Key(state.canary(), pool);
    return seen.groups().stream()
        .filter(group -> group.key().equals(key))
        .mapToInt(PodGroup::replicas)
        .sum();
  }

  /** Not paused by a person (any more): either that just ended, or the verdict is inconclusive. */
  private RolloutDecision waiting() {
    if (state.underWay() == RolloutPhase.PROGRESSING) {
      if (fresh == null) {
        return noEvidence();
      }
      if (fresh.verdict() == Verdict.INCONCLUSIVE) {
        return stay(RolloutReason.INCONCLUSIVE, undecided(fresh));
      }
    }
    return move(
        state.in(state.underWay(), now),
        RolloutReason.RESUMED,
        "Going on at %d%%.".formatted(state.weight()));
  }

  private RolloutDecision starting() {
    String ready =
        "%d of %d canary nodes are ready.".formatted(slots.canaryReady(), slots.canaryTotal());
    if (state.policy().atOnce()) {
      return slots.canaryUp()
          ? move(
              state.baking(now, fresh == null ? null : fresh.at()),
              RolloutReason.BAKE_STARTED,
              ready + " They get every job.")
          : stay(RolloutReason.STARTING, ready);
    }
    if (slots.canaryReady() == 0) {
      return stay(RolloutReason.STARTING, ready);
    }
    int weight = weight(state);
    return move(
        state.in(RolloutPhase.PROGRESSING, now).weighing(weight),
        RolloutReason.CANARY_READY,
        ready + " The canary gets %d%%.".formatted(weight));
  }

  /** The weight of a step is given when its nodes are there; until then their part of the ready. */
  private static int weight(RolloutState at, RolloutSlots slots) {
    int target = at.policy().weight(at.step());
    int carried = slots.canaryUp() ? target : Math.min(target, Math.max(1, slots.canaryShare()));
    return Math.max(at.weight(), carried);
  }

  private int weight(RolloutState at) {
    return weight(at, RolloutSlots.of(at, ask, seen));
  }

  private RolloutDecision progressing() {
    if (slots.canaryReady() == 0) {
      return stay(RolloutReason.CANARY_NOT_READY, "No node of the canary is ready.");
    }
    if (slots.stableReady() == 0) {
      return stay(
          RolloutReason.STABLE_NOT_READY,
          "No node of revision %s is ready; the canary serves.".formatted(state.stable()));
    }
    if (fresh == null) {
      return noEvidence();
    }
    if (fresh.verdict() == Verdict.HOLD) {
      return stay(RolloutReason.HELD, fresh.reason() + ": " + fresh.message());
    }
    if (state.lastStep() && slots.canaryUp()) {
      return move(
          state.baking(now, fresh.at()),
          RolloutReason.BAKE_STARTED,
          "%d canary nodes carry everything.".formatted(slots.canaryReady()));
    }
    int weight = weight(state);
    String swapped =
        "%d of %d canary nodes are ready, %d of stable; the canary gets %d%%."
            .formatted(slots.canaryReady(), slots.canaryTotal(), slots.stableReady(), weight);
    if (weight > state.weight()) {
      return move(state.weighing(weight), RolloutReason.SWAPPING, swapped);
    }
    return weight < state.policy().weight(state.step())
        ? stay(RolloutReason.SWAPPING, swapped)
        : judged(fresh);
  }

  private RolloutDecision judged(Judgement judgement) {
    String said = judgement.reason() + ": " + judgement.message();
    return switch (judgement.verdict()) {
      case INCONCLUSIVE ->
          move(
              state.in(RolloutPhase.PAUSED, now), RolloutReason.INCONCLUSIVE, undecided(judgement));
      case PROMOTE -> passed(judgement, said);
      case CONTINUE, HOLD, ROLLBACK -> stay(RolloutReason.COLLECTING, said);
    };
  }

  private RolloutDecision passed(Judgement judgement, String said) {
    if (judgement.step() != state.step()) {
      return stay(
          RolloutReason.COLLECTING, "The verdict is of the step before; waiting for the next.");
    }
    RolloutState next = step(state, state.step() + 1);
    return move(
        next,
        RolloutReason.STEP_PASSED,
        "Step %d of %d begins; the canary gets %d%%. %s"
            .formatted(next.step() + 1, next.policy().steps().size(), next.weight(), said));
  }

  private RolloutState step(RolloutState from, int step) {
    RolloutState next = from.atStep(Math.min(step, from.policy().lastStep()), now);
    return next.weighing(next.lastStep() ? next.weight() : weight(next));
  }

  private RolloutDecision baking() {
    Instant since = state.bakeSince() == null ? now : state.bakeSince();
    if (fresh == null) {
      return noEvidence();
    }
    boolean unheard = state.bakeSeen() == null;
    Instant seenAt = state.bakeSeen() == null ? fresh.at() : state.bakeSeen();
    Duration limit = JobEvidence.TOLERANCE.negated();
    boolean ours = Duration.between(since, now).compareTo(limit) < 0;
    boolean theirs = Duration.between(seenAt, fresh.at()).compareTo(limit) < 0;
    if (ours || theirs || unheard) {
      return move(
          state.bakeHeard(ours ? now : since, theirs ? fresh.at() : seenAt),
          unheard ? RolloutReason.BAKING : RolloutReason.CLOCK_SET_BACK,
          "The bake is timed from now by the clock that could not be used before.");
    }
    if (fresh.verdict() == Verdict.HOLD) {
      return stay(RolloutReason.HELD, fresh.reason() + ": " + fresh.message());
    }
    Duration baked = shorter(Duration.between(since, now), Duration.between(seenAt, fresh.at()));
    if (baked.compareTo(state.policy().bake()) < 0) {
      return stay(
          RolloutReason.BAKING,
          "The canary carries everything; the bake ends after %d s."
              .formatted(state.policy().bake().toSeconds()));
    }
    if (slots.canaryReady() == 0) {
      return stay(RolloutReason.CANARY_NOT_READY, "No node of the canary is ready.");
    }
    return move(
        state.baked(now),
        RolloutReason.BAKE_OVER,
        "Nothing went wrong in %d s. %s: %s"
            .formatted(baked.toSeconds(), fresh.reason(), fresh.message()));
  }

  /** A clock that jumps ends no bake: both have to agree that it is over. */
  private static Duration shorter(Duration ours, Duration theirs) {
    return ours.compareTo(theirs) < 0 ? ours : theirs;
  }

  private Stay noEvidence() {
    if (!evidence.heard()) {
      return stay(
          RolloutReason.CONTROL_PLANE_AWAY,
          "The control plane does not answer; nothing moves until it does.");
    }
    Judgement last = evidence.judgement();
    return last == null
        ? stay(RolloutReason.NO_EVIDENCE, "The control plane says nothing of this rollout yet.")
        : stay(
            RolloutReason.STALE_EVIDENCE,
            "The evidence is too far from this clock to move on: it is of %s."
                .formatted(last.at()));
  }

  private static String undecided(Judgement judgement) {
    return "%s: %s A person decides: promote, promote-full or abort."
        .formatted(judgement.reason(), judgement.message());
  }

  private static RolloutReason endReason(RolloutPhase end) {
    return switch (end) {
      case PROMOTED -> RolloutReason.PROMOTED;
      case ABORTED -> RolloutReason.ABORTED;
      case SUPERSEDED -> RolloutReason.SUPERSEDED;
      default -> RolloutReason.ROLLED_BACK;
    };
  }

  private Stay stay(RolloutReason reason, String message) {
    return new Stay(state, reason, message);
  }

  private static Move move(RolloutState next, RolloutReason reason, String message) {
    return new Move(next, reason, message);
  }
}

package dev.kintsugi.core.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.service.RolloutVerbs.Place;
import dev.kintsugi.core.service.VerbDecision.Move;
import dev.kintsugi.core.service.VerbDecision.Refuse;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RolloutVerbsTest {

  private static final Place HERE = new Place(true, true, false);
  private static final RolloutState PENDING =
      RolloutState.begin(
          "r-1", "a", "b", RolloutWorld.policy(1, 1, 50, 100), Map.of("main", 4), false, Scene.NOW);

  private static RolloutState state(String name) {
    RolloutState progressing = PENDING.weighing(1).in(RolloutPhase.PROGRESSING, Scene.NOW);
    RolloutState baking = progressing.atStep(2, Scene.NOW).baking(Scene.NOW, Scene.NOW);
    return switch (name) {
      case "pending" -> PENDING;
      case "progressing" -> progressing;
      case "lastStep" -> progressing.atStep(2, Scene.NOW);
      case "paused" -> progressing.pausing(true).in(RolloutPhase.PAUSED, Scene.NOW);
      case "inconclusive" -> progressing.in(RolloutPhase.PAUSED, Scene.NOW);
      case "baking" -> baking;
      case "baked" -> baking.baked(Scene.NOW);
      case "rollingBack" -> progressing.goingBack(RolloutPhase.ROLLED_BACK, Scene.NOW);
      case "rolledBack" -> progressing.in(RolloutPhase.ROLLED_BACK, Scene.NOW);
      default -> baking.in(RolloutPhase.PROMOTED, Scene.NOW);
    };
  }

  @ParameterizedTest
  @CsvSource({
    "pending, pause, Paused, PAUSED, 0",
    "progressing, pause, Paused, PAUSED, 0",
    "paused, resume, Resumed, PROGRESSING, 0",
    "progressing, promote, StepSkipped, PROGRESSING, 1",
    "paused, promote, StepSkipped, PROGRESSING, 1",
    "inconclusive, promote, StepSkipped, PROGRESSING, 1",
    "pending, promote-full, StepsSkipped, PENDING, 2",
    "progressing, promote-full, StepsSkipped, PROGRESSING, 2",
    "baking, promote, BakeSkipped, BAKING, 2",
    "baking, promote-full, BakeSkipped, BAKING, 2",
    "pending, abort, AbortAsked, ROLLING_BACK, 0",
    "baking, abort, AbortAsked, ROLLING_BACK, 2",
  })
  void whatMakesSenseIsDone(
      String state, String verb, String reason, RolloutPhase phase, int step) {
    var decision =
        RolloutVerbs.decide(state(state), RolloutVerb.of(verb).orElseThrow(), HERE, Scene.NOW);
    assertThat(decision.reason().text()).isEqualTo(reason);
    assertThat(decision)
        .isInstanceOfSatisfying(
            Move.class,
            move -> {
              assertThat(move.state().phase()).isEqualTo(phase);
              assertThat(move.state().step()).isEqualTo(step);
              assertThat(move.state().paused()).isEqualTo(verb.equals("pause"));
            });
  }

  @ParameterizedTest
  @CsvSource({
    "paused, pause, AlreadySo",
    "progressing, resume, AlreadySo",
    "inconclusive, resume, Inconclusive",
    "pending, promote, NoDecisionYet",
    "lastStep, promote, AlreadySo",
    "lastStep, promote-full, AlreadySo",
    "rollingBack, promote, ReturningAlready",
    "rollingBack, abort, ReturningAlready",
    "baked, abort, TooLate",
    "promoted, abort, EndedAlready",
    "rolledBack, resume, EndedAlready",
    "promoted, retry, AlreadySo",
    "progressing, retry, NotEnded",
  })
  void whatMakesNoSenseIsRefusedWithTheReason(String state, String verb, String reason) {
    var decision =
        RolloutVerbs.decide(state(state), RolloutVerb.of(verb).orElseThrow(), HERE, Scene.NOW);
    assertThat(decision).isInstanceOf(Refuse.class);
    assertThat(decision.reason().text()).isEqualTo(reason);
    assertThat(decision.message()).startsWith(verb + ":");
  }

  @Test
  void retryAndUndoDependOnWhatTheSpecAsksFor() {
    var ended = state("rolledBack");
    assertThat(RolloutVerbs.decide(ended, RolloutVerb.RETRY, HERE, Scene.NOW))
        .isInstanceOf(VerbDecision.Retry.class);
    assertThat(reason(ended, RolloutVerb.RETRY, new Place(false, true, false)))
        .isEqualTo(RolloutReason.NOT_THE_NEWEST);
    assertThat(reason(ended, RolloutVerb.RETRY, new Place(true, false, false)))
        .isEqualTo(RolloutReason.NOT_ASKED_FOR);
    assertThat(RolloutVerbs.decide(state("promoted"), RolloutVerb.UNDO, HERE, Scene.NOW))
        .isInstanceOf(VerbDecision.Undo.class);
    assertThat(reason(ended, RolloutVerb.UNDO, new Place(true, false, true)))
        .isEqualTo(RolloutReason.ALREADY_SO);
    assertThat(reason(ended, RolloutVerb.UNDO, new Place(true, false, false)))
        .isEqualTo(RolloutReason.NOT_ASKED_FOR);
  }

  private static RolloutReason reason(RolloutState state, RolloutVerb verb, Place place) {
    return RolloutVerbs.decide(state, verb, place, Scene.NOW).reason();
  }
}

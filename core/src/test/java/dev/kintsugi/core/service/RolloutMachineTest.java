package dev.kintsugi.core.service;

import static dev.kintsugi.core.service.RolloutWorld.policy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.service.JobEvidence.Verdict;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RolloutMachineTest {

  private final RolloutWorld world = new RolloutWorld(4, policy(1, 1, 5, 25, 50, 100));

  private static String weights(RolloutWorld world) {
    return world.history.stream()
        .map(RolloutState::weight)
        .distinct()
        .map(String::valueOf)
        .collect(Collectors.joining(" "));
  }

  private void elapse(int seconds) {
    world.pass(seconds);
    world.allReady("a");
    world.allReady("b");
  }

  @Test
  void aGoodVersionGoesThroughEveryStepAndStaysOnTheSamePods() {
    world.verdict = Verdict.PROMOTE;
    world.until(RolloutPhase.BAKING);
    assertThat(weights(world)).startsWith("1 5 25 50").endsWith("100");
    assertThat(world.readyOf("b")).isEqualTo(4);
    world.look(false);
    assertThat(world.readyOf("a")).as("a warm slot").isEqualTo(1);
    var pods = world.pods.keySet().stream().filter(name -> name.startsWith("b")).toList();

    world.until(RolloutPhase.PROMOTED);

    assertThat(world.replicas).containsOnlyKeys(Scene.key("b", "main"));
    assertThat(world.pods.keySet()).as("no second load").isEqualTo(java.util.Set.copyOf(pods));
  }

  @Test
  void aSmallWeightNeedsOneCanaryAndTakesNothingFromStable() {
    world.until(RolloutPhase.PROGRESSING);
    world.look(false);
    assertThat(world.plan.weights()).containsEntry("b", 1).containsEntry("a", 99);
    assertThat(world.replicas)
        .containsEntry(Scene.key("a", "main"), 4)
        .containsEntry(Scene.key("b", "main"), 1);
  }

  @Test
  void aVerdictOfTheStepBeforeEndsNoStep() {
    world.until(RolloutPhase.PROGRESSING);
    elapse(1);
    world.verdict = Verdict.PROMOTE;
    assertThat(world.look(false).reason()).isEqualTo(RolloutReason.STEP_PASSED);
    elapse(1);
    assertThat(world.look(false).reason()).isEqualTo(RolloutReason.COLLECTING);
    assertThat(world.state.step()).isEqualTo(1);
    elapse(1);
    assertThat(world.look(false).reason()).isEqualTo(RolloutReason.STEP_PASSED);
  }

  @Test
  void aRollbackTakesTheWeightAtOnceAndThePodsAfter() {
    world.verdict = Verdict.PROMOTE;
    while (world.state.weight() < 50) {
      world.look(false);
      elapse(1);
    }
    world.running.put(
        world.pods.values().stream()
            .filter(p -> p.group().revision().equals("b"))
            .findFirst()
            .orElseThrow()
            .name(),
        1);
    world.verdict = Verdict.ROLLBACK;

    var decision = world.look(false);

    assertThat(decision.reason()).isEqualTo(RolloutReason.VERDICT_ROLLBACK);
    assertThat(decision.message()).contains("TEST: 0 of 0 jobs.");
    assertThat(world.plan.weights()).containsEntry("a", 100).containsEntry("b", 0);
    assertThat(world.plan.draining(Scene.key("b", "main"))).isTrue();
    elapse(1);
    world.look(false);
    assertThat(world.replicas).as("a job runs there").containsKey(Scene.key("b", "main"));

    world.running.clear();
    world.until(RolloutPhase.ROLLED_BACK);
    assertThat(world.replicas).isEqualTo(java.util.Map.of(Scene.key("a", "main"), 4));
  }

  @Test
  void aRollbackInTheBakeGoesToTheWarmSlot() {
    world.verdict = Verdict.PROMOTE;
    world.until(RolloutPhase.BAKING);
    world.look(false);
    world.verdict = Verdict.ROLLBACK;

    world.look(false);

    assertThat(world.plan.weights()).containsEntry("a", 100);
    assertThat(world.readyOf("a")).isEqualTo(1);
    world.until(RolloutPhase.ROLLED_BACK);
    assertThat(world.readyOf("a")).isEqualTo(4);
  }

  @Test
  void withoutEvidenceNothingMovesEitherWay() {
    world.until(RolloutPhase.PROGRESSING);
    world.verdict = Verdict.PROMOTE;
    world.heard = false;
    var before = world.state;
    for (int i = 0; i < 50; i++) {
      assertThat(world.look(false).reason()).isEqualTo(RolloutReason.CONTROL_PLANE_AWAY);
      elapse(10);
    }
    assertThat(world.state).isEqualTo(before);

    world.heard = true;
    world.theirs = world.now.minusSeconds(600);
    world.verdict = Verdict.ROLLBACK;
    assertThat(world.look(false).reason()).isEqualTo(RolloutReason.STALE_EVIDENCE);
  }

  @Test
  void aHoldHoldsAndSaysWhy() {
    world.until(RolloutPhase.PROGRESSING);
    world.verdict = Verdict.HOLD;
    var decision = world.look(false);
    assertThat(decision.reason()).isEqualTo(RolloutReason.HELD);
    assertThat(decision.message()).isEqualTo("TEST: 0 of 0 jobs.");
  }

  @Test
  void anInconclusiveVerdictWaitsForAPerson() {
    world.until(RolloutPhase.PROGRESSING);
    world.verdict = Verdict.INCONCLUSIVE;
    world.look(false);
    assertThat(world.state.phase()).isEqualTo(RolloutPhase.PAUSED);
    assertThat(world.look(false).message()).contains("promote, promote-full or abort");

    world.heard = false;
    assertThat(world.look(false)).isInstanceOf(RolloutDecision.Stay.class);
    world.heard = true;
    world.verdict = Verdict.CONTINUE;
    world.look(false);
    assertThat(world.state.phase()).isEqualTo(RolloutPhase.PROGRESSING);
  }

  @Test
  void aCanaryThatCrashesOnLoadDoesNotGetTheWholeTime() {
    world.look(false);
    world.pass(1);
    world.restarts("b", 2);
    assertThat(world.look(false)).isInstanceOf(RolloutDecision.Stay.class);
    world.restarts("b", 3);
    var decision = world.look(false);
    assertThat(decision.reason()).isEqualTo(RolloutReason.CANARY_CRASHES);
    assertThat(decision.message()).contains("restarted 3 times").contains("CrashLoopBackOff");
    world.until(RolloutPhase.ROLLED_BACK);
  }

  @Test
  void aCanaryThatIsNeverReadyGetsItsTimeUnlessAClockJumped() {
    world.look(false);
    world.pass(1);
    world.now = world.now.plusSeconds(3600);
    assertThat(world.look(false)).as("only one clock").isInstanceOf(RolloutDecision.Stay.class);
    world.theirs = world.now;
    var decision = world.look(false);
    assertThat(decision.reason()).isEqualTo(RolloutReason.CANARY_NEVER_READY);
    assertThat(decision.message()).contains("is not ready after").contains("see its log");
  }

  @Test
  void podsThatKubernetesDoesNotMakeEndItToo() {
    world.look(false);
    world.now = world.now.plusSeconds(421);
    world.theirs = world.now;
    var decision = world.look(false);
    assertThat(decision.reason()).isEqualTo(RolloutReason.CANARY_NEVER_READY);
    assertThat(decision.message()).contains("made no pod in 420 s");
  }

  @Test
  void stableNodesThatDieHoldItAndTheCanaryServes() {
    world.until(RolloutPhase.PROGRESSING);
    world.verdict = Verdict.PROMOTE;
    world.pods.keySet().stream()
        .filter(name -> name.startsWith("a"))
        .toList()
        .forEach(name -> world.setReady(name, false));
    var decision = world.look(false);
    assertThat(decision.reason()).isEqualTo(RolloutReason.STABLE_NOT_READY);
    assertThat(world.readyOf("b")).isEqualTo(1);

    world.verdict = Verdict.ROLLBACK;
    world.look(false);
    assertThat(world.readyOf("b")).as("it serves until stable can").isEqualTo(1);
    assertThat(world.plan.weights()).containsEntry("b", 100);
  }

  @Test
  void aSecondChangeSupersedesAndTheOldSpecAborts() {
    world.until(RolloutPhase.PROGRESSING);
    var kept = world.state;
    world.ask = Scene.ask("c", world.pool);
    world.look(false);
    assertThat(world.state.phase()).isEqualTo(RolloutPhase.SUPERSEDED);

    world.state = kept;
    world.ask = Scene.ask("a", world.pool);
    world.look(false);
    world.until(RolloutPhase.ABORTED);
    assertThat(world.replicas).isEqualTo(java.util.Map.of(Scene.key("a", "main"), 4));
  }

  @Test
  void aChangeInTheBakeMakesWhatCarriesEverythingStable() {
    world.verdict = Verdict.PROMOTE;
    world.until(RolloutPhase.BAKING);
    world.ask = Scene.ask("c", world.pool);
    world.look(true);
    assertThat(world.state.phase()).isEqualTo(RolloutPhase.PROMOTED);
  }

  @Test
  void anUnacceptableSpecHoldsButDoesNotStopARollback() {
    world.until(RolloutPhase.PROGRESSING);
    world.ask = Scene.held(Scene.ask("c", world.pool));
    world.verdict = Verdict.PROMOTE;
    assertThat(world.look(false).reason()).isEqualTo(RolloutReason.SPEC_INVALID);
    world.verdict = Verdict.ROLLBACK;
    world.look(false);
    assertThat(world.state.phase()).isEqualTo(RolloutPhase.ROLLING_BACK);
  }

  @Test
  void noJumpOfOneClockEndsABake() {
    world.verdict = Verdict.PROMOTE;
    world.until(RolloutPhase.BAKING);
    world.look(false);
    world.now = world.now.plusSeconds(100);
    assertThat(world.look(false).reason()).as("ours only").isEqualTo(RolloutReason.BAKING);
    world.theirs = world.now;
    assertThat(world.look(false).reason()).isEqualTo(RolloutReason.BAKE_OVER);
  }

  @Test
  void aClockThatIsSetBackStartsTheBakeAnewInsteadOfWaitingForever() {
    world.verdict = Verdict.PROMOTE;
    world.until(RolloutPhase.BAKING);
    world.now = world.now.minusSeconds(86_400);
    world.theirs = world.now;
    assertThat(world.look(false).reason()).isEqualTo(RolloutReason.CLOCK_SET_BACK);
    world.until(RolloutPhase.PROMOTED);
  }

  @Test
  void oneStepReplacesEverythingAtOnce() {
    var once = new RolloutWorld(3, policy(1, 100));
    once.look(false);
    once.pass(1);
    assertThat(once.pods).hasSize(6);
    assertThat(once.plan.weights()).containsEntry("a", 100);
    once.allReady("b");
    once.look(false);
    assertThat(once.state.phase()).isEqualTo(RolloutPhase.BAKING);
    assertThat(once.plan.weights()).containsEntry("b", 100);
    assertThat(once.plan.drains()).hasSize(2);
    once.until(RolloutPhase.PROMOTED);
  }

  @Test
  void withoutSurgeOneSlotOfStableMakesRoom() {
    var tight = new RolloutWorld(4, policy(0, 1, 100));
    tight.look(false);
    assertThat(tight.plan.drains()).hasSize(1);
    tight.verdict = Verdict.PROMOTE;
    tight.until(RolloutPhase.PROMOTED);
    assertThat(tight.replicas).isEqualTo(java.util.Map.of(Scene.key("b", "main"), 4));
  }

  @Test
  void aServiceOfOnePodHasOneMoreMeanwhile() {
    var single = new RolloutWorld(1, policy(0, 1, 50, 100));
    single.verdict = Verdict.PROMOTE;
    single.until(RolloutPhase.BAKING);
    assertThat(single.pods).hasSize(2);
    single.until(RolloutPhase.PROMOTED);
    assertThat(single.pods).hasSize(1);
  }

  @Test
  void sizesAreThoseAtTheStartAndWhatIsAskedMeanwhileCountsAtTheEnd() {
    world.verdict = Verdict.PROMOTE;
    world.until(RolloutPhase.PROGRESSING);
    world.ask = Scene.ask("b", Scene.pool("main", 2, 0, 9));
    world.until(RolloutPhase.BAKING);
    assertThat(world.readyOf("b")).isEqualTo(4);
    assertThat(world.plan.asked()).isEqualTo(4);

    world.until(RolloutPhase.PROMOTED);

    assertThat(world.plan.asked()).isEqualTo(2);
    assertThat(world.plan.leaving(Scene.key("b", "main"))).hasSize(2);
    for (int i = 0; i < 5; i++) {
      world.look(false);
      elapse(1);
    }
    assertThat(world.replicas).isEqualTo(java.util.Map.of(Scene.key("b", "main"), 2));
    assertThat(world.readyOf("b")).isEqualTo(2);
  }

  @Test
  void aPodThatLeavesAlreadyIsTheFirstThatARolloutTakes() {
    var scene =
        new Scene()
            .served("a")
            .group("a", "main", 3)
            .leaving("a1", "a", "main")
            .ready("a2", "a", "main")
            .ready("a3", "a", "main");
    var pool = Scene.pool("main", 2, 0, 9);
    var state =
        RolloutState.begin(
            "r-1", "a", "b", policy(1, 50, 100), java.util.Map.of("main", 2), false, Scene.NOW);

    var plan = ServicePlanner.decide(Scene.ask("b", pool), scene.seen(), state, false, Scene.NOW);

    assertThat(plan.drains()).extracting(NodeDrain::node).containsExactly("a1");
    assertThat(plan.step(Scene.key("a", "main")))
        .contains(new GroupStep.Run(Scene.key("a", "main"), 3));
  }
}

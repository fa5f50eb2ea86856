package dev.kintsugi.core.service;

import static dev.kintsugi.core.service.ConditionType.ACCEPTED;
import static dev.kintsugi.core.service.ConditionType.AVAILABLE;
import static dev.kintsugi.core.service.ConditionType.FLEET_SYNCED;
import static dev.kintsugi.core.service.ConditionType.PROGRESSING;
import static dev.kintsugi.core.service.ConditionType.READY;
import static dev.kintsugi.core.service.Scene.NOW;
import static dev.kintsugi.core.service.Scene.ask;
import static dev.kintsugi.core.service.Scene.pool;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.service.FleetSync.Status;
import dev.kintsugi.core.service.ServiceVerdict.Truth;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServiceJudgeTest {

  private static final FleetSync SYNCED = new FleetSync(Status.SYNCED, "", 0);
  private static final ServiceAsk TWO = ask("a", pool("main", 2));

  private static ServiceVerdict judge(ServiceAsk ask, Scene scene, FleetSync sync) {
    return judge(ask, scene, List.of(), sync);
  }

  private static ServiceVerdict judge(
      ServiceAsk ask, Scene scene, List<SpecProblem> problems, FleetSync sync) {
    var seen = scene.seen();
    return ServiceJudge.judge(
        ask, seen, ServicePlanner.decide(ask, seen, NOW), problems, sync, NOW);
  }

  private static Scene bothReady() {
    return new Scene()
        .served("a")
        .group("a", "main", 2)
        .ready("a1", "a", "main")
        .ready("a2", "a", "main");
  }

  private static void assertIs(
      ServiceVerdict verdict, ConditionType type, Truth truth, ConditionReason reason) {
    var condition = verdict.condition(type);
    assertThat(condition.truth()).as("%s", condition).isEqualTo(truth);
    assertThat(condition.reason()).as("%s", condition).isEqualTo(reason);
  }

  @Test
  void everyConditionIsReportedOnceAndInOrder() {
    assertThat(judge(TWO, bothReady(), SYNCED).conditions())
        .extracting(ServiceVerdict.Condition::type)
        .containsExactly(ACCEPTED, FLEET_SYNCED, AVAILABLE, READY, PROGRESSING);
  }

  @Test
  void aServingNodeThatFailsItsProbesIsTheReasonOfNotReady() {
    var verdict = judge(TWO, bothReady().failing("a2", "3 in a row"), SYNCED);

    assertIs(verdict, READY, Truth.FALSE, ConditionReason.PROBE_FAILING);
    assertIs(verdict, AVAILABLE, Truth.TRUE, ConditionReason.NODES_READY);
    assertThat(verdict.condition(READY).message())
        .isEqualTo("1 of 2 nodes fail their probes and get no jobs. a2: 3 in a row");
    assertThat(verdict.phase()).isEqualTo(Phase.DEGRADED);
  }

  @Test
  void whereEveryNodeFailsItsProbesTheMessageSaysThatAllTakeJobs() {
    var verdict = judge(TWO, bothReady().failing("a1", "x").failing("a2", "y"), SYNCED);

    assertThat(verdict.condition(READY).message())
        .isEqualTo(
            "2 of 2 nodes fail their probes; all take jobs because none is better. a1: x; a2: y");
  }

  @Test
  void aNodeThatDoesNotServeMayFailItsProbes() {
    var scene = bothReady().ready("b1", "b", "main").failing("b1", "x");

    assertIs(judge(TWO, scene, SYNCED), READY, Truth.TRUE, ConditionReason.NODES_READY);
  }

  @Test
  void readyWhenEveryNodeIsAndTheControlPlaneKnows() {
    var verdict = judge(TWO, bothReady(), SYNCED);

    assertThat(verdict.phase()).isEqualTo(Phase.READY);
    assertThat(verdict.ready()).isEqualTo(2);
    assertThat(verdict.asked()).isEqualTo(2);
    assertIs(verdict, READY, Truth.TRUE, ConditionReason.NODES_READY);
    assertIs(verdict, PROGRESSING, Truth.FALSE, ConditionReason.STABLE);
  }

  @Test
  void whatTheControlPlaneDoesNotKnowYetIsNeverReady() {
    var verdict = judge(TWO, bothReady(), FleetSync.notPushed());

    assertIs(verdict, READY, Truth.UNKNOWN, ConditionReason.NOT_PUSHED_YET);
    assertIs(verdict, AVAILABLE, Truth.UNKNOWN, ConditionReason.NOT_PUSHED_YET);
    assertThat(verdict.phase()).isNotEqualTo(Phase.READY);
  }

  @Test
  void anUnreachableControlPlaneIsTheReasonOfReady() {
    var away = new FleetSync(Status.UNREACHABLE, "connection refused", 0);

    var verdict = judge(TWO, bothReady(), away);

    assertIs(verdict, READY, Truth.FALSE, ConditionReason.CONTROL_PLANE_UNREACHABLE);
    assertThat(verdict.condition(READY).message()).isEqualTo("connection refused");
    assertThat(verdict.phase()).isEqualTo(Phase.UNAVAILABLE);
  }

  @Test
  void oneOfTwoIsAvailableButDegraded() {
    var scene =
        new Scene()
            .served("a")
            .group("a", "main", 2)
            .ready("a1", "a", "main")
            .starting("a2", "a", "main", 20, "ImagePullBackOff: no such image");

    var verdict = judge(TWO, scene, SYNCED);

    assertThat(verdict.phase()).isEqualTo(Phase.DEGRADED);
    assertIs(verdict, AVAILABLE, Truth.TRUE, ConditionReason.NODES_READY);
    assertIs(verdict, READY, Truth.FALSE, ConditionReason.NODES_NOT_READY);
    assertThat(verdict.condition(READY).message())
        .isEqualTo("1 of 2 nodes are ready. a2: ImagePullBackOff: no such image");
    assertIs(verdict, PROGRESSING, Truth.TRUE, ConditionReason.STARTING);
  }

  @Test
  void aNodeThatNeverGetsReadyIsStuck() {
    var scene =
        new Scene()
            .served("a")
            .group("a", "main", 1)
            .starting("a1", "a", "main", 301, "Unschedulable: no GPU");

    var verdict = judge(ask("a", pool("main", 1)), scene, SYNCED);

    assertThat(verdict.phase()).isEqualTo(Phase.UNAVAILABLE);
    assertIs(verdict, PROGRESSING, Truth.FALSE, ConditionReason.NODES_STUCK);
    assertThat(verdict.condition(PROGRESSING).message()).contains("300 s", "no GPU");
  }

  @Test
  void allProblemsOfASpecAreInOneMessage() {
    var problems =
        List.of(
            new SpecProblem("spec.model.name", "taken"), new SpecProblem("spec.runtime", "odd"));

    var fresh = judge(Scene.held(TWO), new Scene(), problems, FleetSync.notPushed());
    var running = judge(Scene.held(TWO), bothReady(), problems, SYNCED);

    assertIs(fresh, ACCEPTED, Truth.FALSE, ConditionReason.INVALID_SPEC);
    assertThat(fresh.condition(ACCEPTED).message())
        .isEqualTo("spec.model.name: taken; spec.runtime: odd");
    assertIs(fresh, READY, Truth.FALSE, ConditionReason.INVALID_SPEC);
    assertThat(fresh.phase()).isEqualTo(Phase.INVALID);
    assertIs(running, AVAILABLE, Truth.TRUE, ConditionReason.NODES_READY);
    assertIs(running, READY, Truth.FALSE, ConditionReason.INVALID_SPEC);
  }

  @Test
  void whileOneRevisionReplacesAnotherTheServiceStaysReady() {
    var scene = bothReady().group("b", "main", 2).starting("b1", "b", "main", 5, null);

    var verdict = judge(ask("b", pool("main", 2)), scene, SYNCED);

    assertThat(verdict.phase()).isEqualTo(Phase.REPLACING);
    assertIs(verdict, READY, Truth.TRUE, ConditionReason.NODES_READY);
    assertIs(verdict, PROGRESSING, Truth.TRUE, ConditionReason.REPLACING);
    assertThat(verdict.condition(PROGRESSING).message())
        .isEqualTo("0 of 2 nodes of revision b are ready; revision a serves; 0 groups drain.");
  }

  @Test
  void aServiceWithoutReplicasIsIdleNotReady() {
    var verdict = judge(ask("a", pool("main", 0)), new Scene(), SYNCED);

    assertThat(verdict.phase()).isEqualTo(Phase.IDLE);
    assertIs(verdict, READY, Truth.FALSE, ConditionReason.SCALED_TO_ZERO);
  }

  @Test
  void aServiceThatIsDeletedSaysHowManyJobsItWaitsFor() {
    var verdict = judge(Scene.deleting(TWO), bothReady(), new FleetSync(Status.SYNCED, "", 3));

    assertThat(verdict.phase()).isEqualTo(Phase.DRAINING);
    assertIs(verdict, READY, Truth.FALSE, ConditionReason.DELETING);
    assertThat(verdict.condition(PROGRESSING).message()).contains("3 running jobs");
  }
}

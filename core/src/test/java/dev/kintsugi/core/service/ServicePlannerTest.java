package dev.kintsugi.core.service;

import static dev.kintsugi.core.service.Scene.NOW;
import static dev.kintsugi.core.service.Scene.ask;
import static dev.kintsugi.core.service.Scene.key;
import static dev.kintsugi.core.service.Scene.pool;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.service.GroupStep.Drain;
import dev.kintsugi.core.service.GroupStep.DrainReason;
import dev.kintsugi.core.service.GroupStep.Keep;
import dev.kintsugi.core.service.GroupStep.Remove;
import dev.kintsugi.core.service.GroupStep.RemoveReason;
import dev.kintsugi.core.service.GroupStep.Run;
import org.junit.jupiter.api.Test;

class ServicePlannerTest {

  private static ServicePlan plan(ServiceAsk ask, Scene scene) {
    return ServicePlanner.decide(ask, scene.seen(), NOW);
  }

  @Test
  void aNewServiceStartsEveryPool() {
    var plan = plan(ask("a", pool("main", 2), pool("spot", 0)), new Scene());

    assertThat(plan.serving()).isEqualTo("a");
    assertThat(plan.steps())
        .containsExactly(new Run(key("a", "main"), 2), new Run(key("a", "spot"), 0));
  }

  @Test
  void theNumberOfPodsIsTheServicesNotTheDeployments() {
    var scene = new Scene().group("a", "low", 0).group("a", "mid", 3).group("a", "high", 9);

    var plan = plan(ask("a", pool("low", 1), pool("mid", 3), pool("high", 4)), scene);

    assertThat(plan.steps())
        .containsExactly(
            new Run(key("a", "low"), 1), new Run(key("a", "mid"), 3), new Run(key("a", "high"), 4));
    assertThat(plan.asked()).isEqualTo(8);
  }

  @Test
  void theOldRevisionServesUntilTheNewOneIsUp() {
    var scene =
        new Scene()
            .served("a")
            .group("a", "main", 2)
            .ready("a1", "a", "main")
            .ready("a2", "a", "main")
            .group("b", "main", 2)
            .ready("b1", "b", "main");

    var plan = plan(ask("b", pool("main", 2)), scene);

    assertThat(plan.serving()).isEqualTo("a");
    assertThat(plan.steps())
        .containsExactly(new Run(key("b", "main"), 2), new Keep(key("a", "main"), 2));
  }

  @Test
  void aReplacementStartsAsBigAsTheServiceIsToBe() {
    var scene = new Scene().served("a").group("a", "main", 2).ready("a1", "a", "main");

    var plan = plan(ask("b", pool("main", 3)), scene);

    assertThat(plan.step(key("b", "main"))).contains(new Run(key("b", "main"), 3));
  }

  @Test
  void onceTheNewRevisionIsUpTheOldOneDrains() {
    var scene =
        new Scene()
            .served("a")
            .group("a", "main", 1)
            .ready("a1", "a", "main")
            .group("b", "main", 1)
            .ready("b1", "b", "main");

    var plan = plan(ask("b", pool("main", 1)), scene);

    assertThat(plan.serving()).isEqualTo("b");
    assertThat(plan.step(key("a", "main")))
        .contains(new Drain(key("a", "main"), DrainReason.REVISION_REPLACED, NOW, 0, 1));
  }

  @Test
  void aDrainWaitsForRunningJobsAndForNodesNotYetConfirmed() {
    var scene =
        new Scene()
            .served("b")
            .draining("a", "main", 2, 30)
            .ready("a1", "a", "main")
            .ready("a2", "a", "main")
            .running("a1", 1)
            .group("b", "main", 1)
            .ready("b1", "b", "main");

    var plan = plan(ask("b", pool("main", 1)), scene);

    assertThat(plan.step(key("a", "main")))
        .contains(
            new Drain(key("a", "main"), DrainReason.REVISION_REPLACED, NOW.minusSeconds(30), 1, 1));
    assertThat(plan.draining()).isTrue();
  }

  @Test
  void anEmptyGroupIsRemovedAndSoIsOneThatReachedTheBound() {
    var drained =
        new Scene()
            .served("b")
            .draining("a", "main", 1, 3)
            .ready("a1", "a", "main")
            .running("a1", 0);
    var late =
        new Scene()
            .served("b")
            .draining("a", "main", 1, 120)
            .ready("a1", "a", "main")
            .running("a1", 1);
    var neverAddressed =
        new Scene().served("b").group("a", "main", 1).starting("a1", "a", "main", 9, null);

    assertThat(plan(ask("b", pool("main", 1)), drained).step(key("a", "main")))
        .contains(new Remove(key("a", "main"), RemoveReason.DRAINED, 0, 3));
    assertThat(plan(ask("b", pool("main", 1)), late).step(key("a", "main")))
        .contains(new Remove(key("a", "main"), RemoveReason.BOUND_REACHED, 1, 120));
    assertThat(plan(ask("b", pool("main", 1)), neverAddressed).step(key("a", "main")))
        .contains(new Remove(key("a", "main"), RemoveReason.DRAINED, 0, 0));
  }

  @Test
  void aBrokenOldRevisionDoesNotKeepAPartlyReadyNewOneFromServing() {
    var scene =
        new Scene()
            .served("a")
            .group("a", "main", 1)
            .starting("a1", "a", "main", 500, "CrashLoopBackOff")
            .group("b", "main", 2)
            .ready("b1", "b", "main");

    assertThat(plan(ask("b", pool("main", 2)), scene).serving()).isEqualTo("b");
  }

  @Test
  void aRevisionThatNeverServedIsSupersededAtOnce() {
    var scene =
        new Scene()
            .served("a")
            .group("a", "main", 1)
            .ready("a1", "a", "main")
            .group("b", "main", 1)
            .starting("b1", "b", "main", 30, "ImagePullBackOff");

    var plan = plan(ask("c", pool("main", 1)), scene);

    assertThat(plan.serving()).isEqualTo("a");
    assertThat(plan.step(key("b", "main")))
        .contains(new Remove(key("b", "main"), RemoveReason.DRAINED, 0, 0));
    assertThat(plan.step(key("a", "main"))).contains(new Keep(key("a", "main"), 1));
  }

  @Test
  void goingBackWhileTheOldRevisionStillDrainsIsImmediate() {
    var scene =
        new Scene()
            .served("b")
            .draining("a", "main", 1, 10)
            .ready("a1", "a", "main")
            .group("b", "main", 1)
            .ready("b1", "b", "main");

    var plan = plan(ask("a", pool("main", 1)), scene);

    assertThat(plan.serving()).isEqualTo("a");
    assertThat(plan.step(key("a", "main"))).contains(new Run(key("a", "main"), 1));
    assertThat(plan.draining(key("b", "main"))).isTrue();
  }

  @Test
  void aPoolThatIsNoLongerAskedForDrains() {
    var scene =
        new Scene()
            .served("a")
            .group("a", "main", 1)
            .ready("a1", "a", "main")
            .group("a", "spot", 1)
            .ready("a2", "a", "spot");

    var plan = plan(ask("a", pool("main", 1)), scene);

    assertThat(plan.step(key("a", "spot")))
        .contains(new Drain(key("a", "spot"), DrainReason.POOL_REMOVED, NOW, 0, 1));
  }

  @Test
  void anUnacceptableSpecChangesNothing() {
    var scene = new Scene().served("a").group("a", "main", 1).ready("a1", "a", "main");

    var plan = plan(Scene.held(ask("b", pool("main", 5))), scene);

    assertThat(plan.serving()).isEqualTo("a");
    assertThat(plan.steps()).containsExactly(new Keep(key("a", "main"), 1));
    assertThat(plan(Scene.held(ask("b", pool("main", 5))), new Scene()).serving()).isNull();
  }

  @Test
  void deletionDrainsEverythingBeforeItRemovesAnything() {
    var scene =
        new Scene()
            .served("a")
            .group("a", "main", 2)
            .ready("a1", "a", "main")
            .ready("a2", "a", "main")
            .running("a1", 0)
            .running("a2", 1);

    var plan = plan(Scene.deleting(ask("a", pool("main", 2))), scene);

    assertThat(plan.serving()).isNull();
    assertThat(plan.steps())
        .containsExactly(new Drain(key("a", "main"), DrainReason.SERVICE_DELETED, NOW, 1, 0));
    assertThat(plan(Scene.deleting(ask("a", pool("main", 2))), new Scene()).steps()).isEmpty();
  }

  @Test
  void afterARestartWithoutStatusTheRevisionWithReadyNodesServes() {
    var scene =
        new Scene()
            .group("a", "main", 1)
            .ready("a1", "a", "main")
            .group("b", "main", 1)
            .starting("b1", "b", "main", 3, null);

    assertThat(plan(ask("b", pool("main", 1)), scene).serving()).isEqualTo("a");
  }
}

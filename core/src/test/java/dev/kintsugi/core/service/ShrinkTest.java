package dev.kintsugi.core.service;

import static dev.kintsugi.core.service.Scene.NOW;
import static dev.kintsugi.core.service.Scene.ask;
import static dev.kintsugi.core.service.Scene.key;
import static dev.kintsugi.core.service.Scene.pool;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.service.GroupStep.Run;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ShrinkTest {

  private static Run shrunk(int replicas, Scene scene) {
    var plan = ServicePlanner.decide(ask("a", pool("main", replicas)), scene.seen(), NOW);
    return (Run) plan.step(key("a", "main")).orElseThrow();
  }

  private static Scene three() {
    return new Scene()
        .served("a")
        .group("a", "main", 3)
        .ready("n1", "a", "main")
        .ready("n2", "a", "main")
        .ready("n3", "a", "main");
  }

  @Test
  void anIdlePodLeavesAndStaysUntilItIsConfirmed() {
    var run = shrunk(2, three().busy("n1", 1).busy("n3", 1));

    assertThat(run).isEqualTo(new Run(key("a", "main"), 2, 1, Set.of("n2"), Set.of()));
    assertThat(run.size()).isEqualTo(3);
  }

  @Test
  void whoLeavesAlreadyIsKeptToEvenIfAnotherIsIdleByNow() {
    var scene =
        new Scene()
            .served("a")
            .group("a", "main", 2)
            .ready("n1", "a", "main")
            .leaving("n2", "a", "main")
            .running("n2", 1)
            .busy("n2", 1);

    assertThat(shrunk(1, scene)).isEqualTo(new Run(key("a", "main"), 1, 1, Set.of("n2"), Set.of()));
  }

  @Test
  void aPodWithoutJobsIsReleasedThenGoesAndStaysMarkedUntilItStops() {
    var idle =
        new Scene()
            .served("a")
            .group("a", "main", 2)
            .ready("n1", "a", "main")
            .leaving("n2", "a", "main")
            .running("n2", 0);
    var released =
        new Scene()
            .served("a")
            .group("a", "main", 2)
            .ready("n1", "a", "main")
            .released("n2", "a", "main")
            .running("n2", 0);
    var lowered =
        new Scene()
            .served("a")
            .group("a", "main", 1)
            .ready("n1", "a", "main")
            .released("n2", "a", "main");

    Set<String> n2 = Set.of("n2");
    assertThat(shrunk(1, idle)).isEqualTo(new Run(key("a", "main"), 1, 1, n2, n2));
    assertThat(shrunk(1, released)).isEqualTo(new Run(key("a", "main"), 1, 0, n2, n2));
    assertThat(shrunk(1, lowered)).isEqualTo(new Run(key("a", "main"), 1, 0, n2, Set.of()));
  }

  @Test
  void aPodThatNeverHadAnAddressGoesFirstAndAtOnce() {
    var scene = three().starting("n4", "a", "main", 5, "Unschedulable");

    assertThat(shrunk(3, scene.group("a", "main", 4)))
        .isEqualTo(new Run(key("a", "main"), 3, 0, Set.of("n4"), Set.of()));
  }

  @Test
  void nobodyGoesWhileAPodThatKubernetesWouldTakeFirstHasAJob() {
    var scene =
        new Scene()
            .served("a")
            .group("a", "main", 3)
            .ready("n1", "a", "main")
            .released("n2", "a", "main")
            .running("n2", 0)
            .unready("n3", "a", "main")
            .busy("n3", 1);

    assertThat(shrunk(1, scene))
        .isEqualTo(new Run(key("a", "main"), 1, 2, Set.of("n2", "n3"), Set.of("n2")));
  }

  @Test
  void growingAgainCallsBackWhoWasLeaving() {
    var scene =
        new Scene()
            .served("a")
            .group("a", "main", 2)
            .ready("n1", "a", "main")
            .leaving("n2", "a", "main");

    assertThat(shrunk(2, scene)).isEqualTo(new Run(key("a", "main"), 2));
  }

  @Test
  void aPodThatLeavesGetsNoJobAndIsLookedAfter() {
    var plan = ServicePlanner.decide(ask("a", pool("main", 2)), three().seen(), NOW);

    assertThat(plan.draining()).isTrue();
    assertThat(plan.draining(key("a", "main"), "n1")).isTrue();
    assertThat(plan.draining(key("a", "main"), "n2")).isFalse();
    assertThat(plan.draining(key("a", "main"))).isFalse();
  }

  /** Six bits per pod: ready, leaving, addressed, confirmed as draining, a job, released. */
  @Property(tries = 2000)
  void whateverKubernetesTakesHasNoJob(
      @ForAll @Size(max = 7) List<@IntRange(max = 63) Integer> pods,
      @ForAll @IntRange(max = 7) int wanted) {
    List<PodNode> nodes = new ArrayList<>();
    Map<String, Integer> confirmed = new HashMap<>();
    for (int i = 0; i < pods.size(); i++) {
      int bits = pods.get(i);
      boolean addressed = (bits & 4) != 0;
      boolean ready = addressed && (bits & 1) != 0;
      nodes.add(
          new PodNode(
              "n" + i,
              key("a", "main"),
              ready,
              false,
              addressed,
              ready ? null : NOW,
              null,
              0,
              null,
              (bits & 2) != 0,
              (bits & 32) != 0));
      if ((bits & 8) != 0) {
        confirmed.put("n" + i, (bits >> 4) & 1);
      }
    }
    var seen =
        new ServiceObservation(
            List.of(new PodGroup(key("a", "main"), pods.size(), null)),
            nodes,
            "a",
            confirmed,
            confirmed,
            Map.of());

    var run =
        (Run)
            ServicePlanner.decide(ask("a", pool("main", wanted)), seen, NOW)
                .step(key("a", "main"))
                .orElseThrow();

    assertThat(takenByKubernetes(nodes, run))
        .as("%s of %s, %s", run, nodes, confirmed)
        .allMatch(
            node ->
                !node.addressed()
                    || (node.leaving() && Integer.valueOf(0).equals(confirmed.get(node.name()))));
    assertThat(run.leaving()).hasSize(Math.max(0, pods.size() - wanted));
  }

  /** In the order of the ReplicaSet controller. */
  private static List<PodNode> takenByKubernetes(List<PodNode> nodes, Run run) {
    return nodes.stream()
        .sorted(
            Comparator.comparing(PodNode::addressed)
                .thenComparing(PodNode::ready)
                .thenComparing(node -> !node.released()))
        .limit(Math.max(0, nodes.size() - run.size()))
        .toList();
  }
}

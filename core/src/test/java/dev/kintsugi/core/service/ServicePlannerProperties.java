package dev.kintsugi.core.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Whatever is seen, no plan leaves customers without nodes or jobs without time. */
class ServicePlannerProperties {

  private static final List<String> REVISIONS = List.of("a", "b", "c");

  @Property(tries = 2000)
  void noPlanTakesAwayTheLastReadyNodes(
      @ForAll @IntRange(max = 2) int asked,
      @ForAll @IntRange(max = 3) int served,
      @ForAll List<@IntRange(max = 63) Integer> pods,
      @ForAll @IntRange(max = 200) int drained) {
    var seen = seen(served, pods, drained);
    var ask = Scene.ask(REVISIONS.get(asked), Scene.pool("main", 1));

    var plan = ServicePlanner.decide(ask, seen, Scene.NOW);

    boolean someoneCouldServe =
        seen.groups().stream().anyMatch(g -> g.drainingSince() == null && seen.ready(g.key()) > 0);
    if (someoneCouldServe) {
      assertThat(plan.steps())
          .as("%s of %s", plan, seen)
          .anyMatch(step -> !step.draining() && seen.ready(step.key()) > 0);
    }
    assertThat(plan.steps()).extracting(GroupStep::key).doesNotHaveDuplicates();
    assertThat(plan.steps()).extracting(GroupStep::key).containsAll(keys(seen));
  }

  @Property(tries = 2000)
  void noGroupIsRemovedWithJobsBeforeTheBound(
      @ForAll @IntRange(max = 2) int asked,
      @ForAll @IntRange(max = 3) int served,
      @ForAll List<@IntRange(max = 63) Integer> pods,
      @ForAll @IntRange(max = 200) int drained) {
    var seen = seen(served, pods, drained);
    var ask = Scene.ask(REVISIONS.get(asked), Scene.pool("main", 1));

    for (GroupStep step : ServicePlanner.decide(ask, seen, Scene.NOW).steps()) {
      if (step instanceof GroupStep.Remove remove
          && remove.waitedSeconds() < ask.drainBound().toSeconds()) {
        assertThat(seen.nodesOf(step.key()))
            .allMatch(
                node ->
                    !node.addressed()
                        || Integer.valueOf(0).equals(seen.runningWhileDraining().get(node.name())));
      }
    }
  }

  private static List<PodGroup.Key> keys(ServiceObservation seen) {
    return seen.groups().stream().map(PodGroup::key).toList();
  }

  /** Six bits per pod: revision, ready, stopping, confirmed as draining, running. */
  private static ServiceObservation seen(int served, List<Integer> pods, int drained) {
    List<PodNode> nodes = new ArrayList<>();
    Map<String, Integer> running = new HashMap<>();
    Map<String, PodGroup> groups = new HashMap<>();
    for (int i = 0; i < pods.size(); i++) {
      int bits = pods.get(i);
      String revision = REVISIONS.get((bits & 3) % 3);
      var key = Scene.key(revision, "main");
      boolean draining = drained > 0 && revision.equals("c");
      groups.putIfAbsent(
          revision, new PodGroup(key, 1, draining ? Scene.NOW.minusSeconds(drained) : null));
      nodes.add(
          new PodNode(
              "n" + i,
              key,
              (bits & 4) != 0,
              (bits & 8) != 0,
              true,
              null,
              null,
              0,
              null,
              false,
              false));
      if ((bits & 16) != 0) {
        running.put("n" + i, bits >> 5);
      }
    }
    return new ServiceObservation(
        List.copyOf(groups.values()),
        nodes,
        served < 3 ? REVISIONS.get(served) : null,
        running,
        running,
        Map.of());
  }
}

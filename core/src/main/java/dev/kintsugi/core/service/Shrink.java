package dev.kintsugi.core.service;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Makes a group smaller without ending a job: which pods leave, and how many of them may go by now.
 * A pod that leaves gets no new job and stays until the control plane confirms that it runs none,
 * however long that takes.
 */
final class Shrink {

  private Shrink() {}

  static GroupStep.Run step(PodGroup group, int wanted, ServiceObservation seen) {
    List<PodNode> alive =
        seen.nodesOf(group.key()).stream().filter(node -> !node.stopping()).toList();
    // Counted are the pods, not what was last asked for: a pod that may go is marked until it
    // stops.
    int surplus = alive.size() - wanted;
    if (surplus <= 0) {
      return new GroupStep.Run(group.key(), wanted);
    }
    List<PodNode> leaving = alive.stream().sorted(order(seen)).limit(surplus).toList();
    int going = Math.min(surplus, going(alive, seen));
    return new GroupStep.Run(
        group.key(),
        wanted,
        Math.clamp(surplus - going, 0, Math.max(0, group.replicas() - wanted)),
        names(leaving, node -> true),
        names(leaving, node -> idle(node, seen)));
  }

  /**
   * How many Kubernetes can be let take: among those it finds equal, nobody knows which it does.
   */
  private static int going(List<PodNode> alive, ServiceObservation seen) {
    int going = 0;
    for (List<PodNode> equals :
        alive.stream()
            .collect(Collectors.groupingBy(Shrink::rank, TreeMap::new, Collectors.toList()))
            .values()) {
      if (!equals.stream().allMatch(node -> !node.addressed() || idle(node, seen))) {
        return going;
      }
      going += equals.size();
    }
    return going;
  }

  /** Kubernetes takes the lowest first. */
  private static int rank(PodNode node) {
    return (node.addressed() ? 4 : 0) + (node.ready() ? 2 : 0) + (node.released() ? 0 : 1);
  }

  /**
   * Those Kubernetes would take first, then those that leave already, then the idle; the name makes
   * it one order.
   */
  private static Comparator<PodNode> order(ServiceObservation seen) {
    return Comparator.comparing(Shrink::rank)
        .thenComparing(node -> !node.leaving())
        .thenComparing(node -> seen.running().getOrDefault(node.name(), 0))
        .thenComparing(PodNode::name);
  }

  /** No job runs on it and none can come. */
  private static boolean idle(PodNode node, ServiceObservation seen) {
    Integer running = seen.runningWhileDraining().get(node.name());
    return node.leaving() && running != null && running == 0;
  }

  private static Set<String> names(List<PodNode> nodes, Predicate<PodNode> which) {
    return nodes.stream().filter(which).map(PodNode::name).collect(Collectors.toUnmodifiableSet());
  }
}

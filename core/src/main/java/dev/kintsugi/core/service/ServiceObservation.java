package dev.kintsugi.core.service;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is there.
 *
 * @param lastServing revision that got new jobs when last looked; null where none did
 * @param running attempts on a node by its name, as last heard: a hint, a job may have come since
 * @param runningWhileDraining attempts on a node by its name, only for nodes that the control plane
 *     has confirmed as draining: only there does zero mean that no job can come any more
 * @param failingProbes why a node fails its probes, by its name, in one sentence
 */
public record ServiceObservation(
    List<PodGroup> groups,
    List<PodNode> nodes,
    @Nullable String lastServing,
    Map<String, Integer> running,
    Map<String, Integer> runningWhileDraining,
    Map<String, String> failingProbes) {

  public ServiceObservation {
    groups = List.copyOf(groups);
    nodes = List.copyOf(nodes);
    running = Map.copyOf(running);
    runningWhileDraining = Map.copyOf(runningWhileDraining);
    failingProbes = Map.copyOf(failingProbes);
  }

  public long ready(String revision) {
    return nodes.stream()
        .filter(node -> node.group().revision().equals(revision) && node.takesJobs())
        .count();
  }

  long ready(PodGroup.Key group) {
    return nodes.stream().filter(node -> node.group().equals(group) && node.takesJobs()).count();
  }

  /** It is there and was not marked as draining. */
  boolean serving(PodGroup.Key key) {
    return groups.stream()
        .anyMatch(group -> group.key().equals(key) && group.drainingSince() == null);
  }

  List<PodNode> nodesOf(PodGroup.Key group) {
    return nodes.stream().filter(node -> node.group().equals(group)).toList();
  }
}

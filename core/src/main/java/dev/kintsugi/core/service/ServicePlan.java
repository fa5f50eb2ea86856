package dev.kintsugi.core.service;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The next step of a service.
 *
 * @param serving revision that gets most of the new jobs; null when there is none (deleted, or a
 *     spec that was never acceptable)
 * @param weights percent of the jobs by revision, summing to 100; a revision without an entry gets
 *     none
 * @param steps one for each group that is there or should be
 * @param drains single nodes that are to go
 * @param asked pods that customers are promised, over all pools
 */
public record ServicePlan(
    @Nullable String serving,
    Map<String, Integer> weights,
    List<GroupStep> steps,
    List<NodeDrain> drains,
    int asked) {

  public ServicePlan {
    weights = Map.copyOf(weights);
    steps = List.copyOf(steps);
    drains = List.copyOf(drains);
  }

  /** One revision gets everything. */
  static ServicePlan serving(@Nullable String revision, List<GroupStep> steps, int asked) {
    return new ServicePlan(
        revision, revision == null ? Map.of() : Map.of(revision, 100), steps, List.of(), asked);
  }

  public Optional<GroupStep> step(PodGroup.Key key) {
    return steps.stream().filter(step -> step.key().equals(key)).findFirst();
  }

  /** Something still has to become empty. */
  public boolean draining() {
    return !drains.isEmpty() || steps.stream().anyMatch(GroupStep.Drain.class::isInstance);
  }

  public int weight(String revision) {
    return weights.getOrDefault(revision, 0);
  }

  public boolean draining(PodNode node) {
    return draining(node.group()) || drain(node.name()).isPresent();
  }

  public Optional<NodeDrain> drain(String node) {
    return drains.stream().filter(drain -> drain.node().equals(node)).findFirst();
  }

  /** A group that is not (or no longer) in the plan belongs to nobody and gets no new job. */
  public boolean draining(PodGroup.Key key) {
    return step(key).map(GroupStep::draining).orElse(true);
  }
}

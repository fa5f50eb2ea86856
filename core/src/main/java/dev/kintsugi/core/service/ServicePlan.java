package dev.kintsugi.core.service;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The next step of a service.
 *
 * @param serving revision that gets most of the new jobs; null when there is none (deleted, or a
 *     spec that was never acceptable)
 * @param weights percent of the jobs by revision, summing to 100; a revision without an entry gets
 *     none
 * @param steps one for each group that is there or should be
 * @param drains single nodes that are to go because a rollout makes their group smaller
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
    return !drains.isEmpty()
        || steps.stream()
            .anyMatch(
                step ->
                    step instanceof GroupStep.Drain
                        || (step instanceof GroupStep.Run run && !run.leaving().isEmpty()));
  }

  public int weight(String revision) {
    return weights.getOrDefault(revision, 0);
  }

  public boolean draining(PodNode node) {
    return draining(node.group(), node.name());
  }

  /** The node gets no new job: its group goes, or it goes alone. */
  public boolean draining(PodGroup.Key key, String node) {
    return draining(key) || drain(node).isPresent() || leaving(key).contains(node);
  }

  /** Of a node that goes alone because a rollout makes its group smaller. */
  public Optional<NodeDrain> drain(String node) {
    return drains.stream().filter(drain -> drain.node().equals(node)).findFirst();
  }

  /** Nodes that go because fewer are wanted, while their group stays. */
  public Set<String> leaving(PodGroup.Key key) {
    return step(key).orElse(null) instanceof GroupStep.Run run ? run.leaving() : Set.of();
  }

  /** A group that is not (or no longer) in the plan belongs to nobody and gets no new job. */
  public boolean draining(PodGroup.Key key) {
    return step(key).map(GroupStep::draining).orElse(true);
  }
}

package dev.kintsugi.core.service;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The next step of a service.
 *
 * @param serving revision that gets all new jobs; null when there is none (deleted, or a spec that
 *     was never acceptable)
 * @param steps one for each group that is there or should be
 */
public record ServicePlan(@Nullable String serving, List<GroupStep> steps) {

  public ServicePlan {
    steps = List.copyOf(steps);
  }

  public Optional<GroupStep> step(PodGroup.Key key) {
    return steps.stream().filter(step -> step.key().equals(key)).findFirst();
  }

  /** Some group still has to become empty. */
  public boolean draining() {
    return steps.stream().anyMatch(GroupStep.Drain.class::isInstance);
  }

  /** A group that is not (or no longer) in the plan belongs to nobody and gets no new job. */
  public boolean draining(PodGroup.Key key) {
    return step(key).map(GroupStep::draining).orElse(true);
  }
}

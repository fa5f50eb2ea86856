package dev.kintsugi.core.slo;

import dev.kintsugi.core.slo.EndedJob.End;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One event as an objective counts it.
 *
 * @param bad 0 good, 1 bad, or between for a degraded answer that counts in part
 * @param value measured, in the unit of the indicator; null where it measures none
 */
public record Event(double bad, @Nullable Double value) {

  /** How the objective counts an ended job; empty when it does not. */
  public static Optional<Event> of(Objective objective, EndedJob job) {
    if (job.end() == End.CANCELLED) {
      return Optional.empty();
    }
    boolean answered = job.end() == End.ANSWERED;
    Indicator indicator = objective.indicator();
    return switch (indicator.kind()) {
      case LATENCY -> answered ? bounded(objective, job, job.seconds()) : Optional.empty();
      case COST -> answered ? cost(objective, job) : Optional.empty();
      case ERROR_RATE -> Optional.of(new Event(answered ? degraded(objective, job, 0) : 1, null));
      case RENDER_SUCCESS ->
          Optional.of(
              new Event(answered && job.rendered() ? degraded(objective, job, 0) : 1, null));
      case AVAILABILITY,
          GPU_UTILIZATION,
          GPU_MEMORY,
          STEP_RATE_DROP,
          INTERCEPTION_RATE,
          PROMPT_FALSE_POSITIVES,
          PROMETHEUS ->
          Optional.empty();
    };
  }

  /** How the objective counts a measured value. */
  public static Event of(Objective objective, double value) {
    return new Event(objective.indicator().good(value) ? 0 : 1, value);
  }

  private static Optional<Event> cost(Objective objective, EndedJob job) {
    Double cost = job.costUsd();
    return cost == null || job.classVideos() <= 0
        ? Optional.empty()
        : bounded(objective, job, cost / job.classVideos());
  }

  private static Optional<Event> bounded(Objective objective, EndedJob job, double value) {
    double bad = objective.indicator().good(value) ? 0 : 1;
    return Optional.of(new Event(degraded(objective, job, bad), value));
  }

  private static double degraded(Objective objective, EndedJob job, double bad) {
    return job.degraded() ? Math.max(bad, objective.degraded().bad()) : bad;
  }
}

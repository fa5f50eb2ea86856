package dev.kintsugi.protocol.metrics;

import static dev.kintsugi.protocol.metrics.MetricSpec.counter;
import static dev.kintsugi.protocol.metrics.MetricSpec.histogram;

import dev.kintsugi.protocol.metrics.MetricSpec.Source;
import java.util.List;

/** What the operator exposes. */
public final class OperatorCatalogue {

  public static final MetricSpec RECONCILES =
      counter("kintsugi_reconciles", "Reconciles, by outcome.", "kind", "outcome")
          .of(Source.OPERATOR);
  public static final MetricSpec RECONCILE_DURATION =
      histogram("kintsugi_reconcile_duration_seconds", "One reconcile.", "kind")
          .of(Source.OPERATOR);
  public static final MetricSpec FLEET_PUSHES =
      counter("kintsugi_fleet_pushes", "Fleet states pushed, by outcome.", "outcome")
          .of(Source.OPERATOR);
  public static final MetricSpec ROLLOUTS =
      counter("kintsugi_rollouts", "Rollouts ended, by the phase they ended in.", "outcome")
          .of(Source.OPERATOR);
  public static final MetricSpec ROLLOUT_ROLLBACKS =
      counter("kintsugi_rollout_rollbacks", "Rollouts that went back, by the reason.", "reason")
          .of(Source.OPERATOR);
  public static final MetricSpec ROLLOUT_DURATION =
      histogram(
              "kintsugi_rollout_duration_seconds",
              "From the start to the end of a rollout.",
              "outcome")
          .of(Source.OPERATOR);
  public static final MetricSpec ROLLOUT_RETURN =
      histogram(
              "kintsugi_rollout_return_seconds",
              "From the decision to go back until every job goes to stable.")
          .of(Source.OPERATOR);

  private OperatorCatalogue() {}

  static List<MetricSpec> all() {
    return List.of(
        RECONCILES,
        RECONCILE_DURATION,
        FLEET_PUSHES,
        ROLLOUTS,
        ROLLOUT_ROLLBACKS,
        ROLLOUT_DURATION,
        ROLLOUT_RETURN);
  }
}

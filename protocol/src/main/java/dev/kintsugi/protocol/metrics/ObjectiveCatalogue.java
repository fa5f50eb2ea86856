package dev.kintsugi.protocol.metrics;

import static dev.kintsugi.protocol.metrics.MetricSpec.counter;
import static dev.kintsugi.protocol.metrics.MetricSpec.gauge;

import java.util.List;

/** Service level objectives, and what serving costs. */
public final class ObjectiveCatalogue {

  public static final MetricSpec SLO_OBJECTIVE =
      gauge("kintsugi_slo_objective_ratio", "Share of good events promised.", "slo", "service");
  public static final MetricSpec SLO_CURRENT =
      gauge("kintsugi_slo_current_ratio", "Share of good events in the window.", "slo", "service");
  public static final MetricSpec SLO_BUDGET_LEFT =
      gauge(
          "kintsugi_slo_budget_left_ratio",
          "Part of the error budget left; below 0 it is overspent.",
          "slo",
          "service");
  public static final MetricSpec SLO_BURN_RATE =
      gauge(
          "kintsugi_slo_burn_rate",
          "How many times faster than allowed the budget is spent, by level and its window.",
          "slo",
          "service",
          "level",
          "window");
  public static final MetricSpec SLO_BURN_LIMIT =
      gauge(
          "kintsugi_slo_burn_limit",
          "The burn rate a level fires at, as derived from objective, window and traffic.",
          "slo",
          "service",
          "level");
  public static final MetricSpec SLO_FIRING =
      gauge("kintsugi_slo_firing", "1 while a level fires.", "slo", "service", "level");
  public static final MetricSpec SLO_STATE =
      gauge(
          "kintsugi_slo_state",
          "1 for the state it is in: ok, warning, burning, exhausted or no_data.",
          "slo",
          "service",
          "state");
  public static final MetricSpec GPU_SECONDS =
      counter(
          "kintsugi_gpu_seconds",
          "Time attempts of ended jobs held a slot: delivered, or wasted on no delivery.",
          "service",
          "revision",
          "pool",
          "use");
  public static final MetricSpec COST_USD =
      counter(
          "kintsugi_cost_usd",
          "Price of that time, where the service has one.",
          "service",
          "revision",
          "pool",
          "use");

  private ObjectiveCatalogue() {}

  static List<MetricSpec> all() {
    return List.of(
        SLO_OBJECTIVE,
        SLO_CURRENT,
        SLO_BUDGET_LEFT,
        SLO_BURN_RATE,
        SLO_BURN_LIMIT,
        SLO_FIRING,
        SLO_STATE,
        GPU_SECONDS,
        COST_USD);
  }
}

package dev.kintsugi.protocol.metrics;

import static dev.kintsugi.protocol.metrics.MetricSpec.counter;
import static dev.kintsugi.protocol.metrics.MetricSpec.gauge;
import static dev.kintsugi.protocol.metrics.MetricSpec.histogram;

import java.util.List;

/** What a rollout's evidence says. */
public final class RolloutCatalogue {

  public static final MetricSpec ROLLOUT_VERDICTS =
      counter(
          "kintsugi_rollout_verdicts",
          "Changes of a rollout's verdict, by verdict and reason.",
          "service",
          "verdict",
          "reason");
  public static final MetricSpec ROLLOUT_EVIDENCE =
      gauge(
          "kintsugi_rollout_evidence",
          "E-values of a rollout: for a regression of the canary, and for its health.",
          "service",
          "hypothesis");
  public static final MetricSpec ROLLOUT_CARRIED =
      gauge(
          "kintsugi_rollout_carried_ratio",
          "Part of the attempts since the weights changed that the canary took, 0 to 1.",
          "service");
  public static final MetricSpec ROLLOUT_JOBS =
      gauge(
          "kintsugi_rollout_jobs",
          "Jobs since the rollout began, by version and ending.",
          "service",
          "version",
          "ending");
  public static final MetricSpec ROLLOUT_CUT_DELAY =
      histogram(
          "kintsugi_rollout_cut_delay_seconds",
          "From the first job that was certain to be bad to the end of the canary's traffic.",
          "service");
  public static final MetricSpec ROLLOUT_SHADOW_PAIRS =
      counter(
          "kintsugi_rollout_shadow_pairs",
          "Customers' videos made once more by a canary, by how that ended.",
          "service",
          "ending");

  private RolloutCatalogue() {}

  static List<MetricSpec> all() {
    return List.of(
        ROLLOUT_VERDICTS,
        ROLLOUT_EVIDENCE,
        ROLLOUT_CARRIED,
        ROLLOUT_JOBS,
        ROLLOUT_CUT_DELAY,
        ROLLOUT_SHADOW_PAIRS);
  }
}

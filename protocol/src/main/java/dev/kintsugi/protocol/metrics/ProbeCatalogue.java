package dev.kintsugi.protocol.metrics;

import static dev.kintsugi.protocol.metrics.MetricSpec.counter;
import static dev.kintsugi.protocol.metrics.MetricSpec.gauge;
import static dev.kintsugi.protocol.metrics.MetricSpec.histogram;

import java.util.List;

/** Probes that the control plane sends to nodes. */
public final class ProbeCatalogue {

  public static final MetricSpec PROBE_RESULTS =
      counter(
          "kintsugi_probe_results",
          "Probes ended: passed, failed, or yielded to a customer's job or a leaving node.",
          "service",
          "outcome");
  public static final MetricSpec PROBE_DURATION =
      histogram(
          "kintsugi_probe_duration_seconds", "Time a probe held a slot, to any end.", "service");
  public static final MetricSpec PROBE_FAILURES =
      gauge(
          "kintsugi_probe_failures",
          "Probes of a node that failed in a row; the same on every replica.",
          "service",
          "node");
  public static final MetricSpec PROBE_OUT =
      gauge(
          "kintsugi_probe_out",
          "1 while a node fails its probes and is out of dispatch, else 0; the same on every"
              + " replica.",
          "service",
          "node");

  private ProbeCatalogue() {}

  static List<MetricSpec> all() {
    return List.of(PROBE_RESULTS, PROBE_DURATION, PROBE_FAILURES, PROBE_OUT);
  }
}

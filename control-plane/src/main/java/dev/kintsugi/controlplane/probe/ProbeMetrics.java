package dev.kintsugi.controlplane.probe;

import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.protocol.metrics.ProbeCatalogue;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/** The prober's part of the metric catalogue. */
@Singleton
class ProbeMetrics {

  private final Counter results;
  private final Histogram duration;
  private final Gauge failures;
  private final Gauge out;
  private Set<Node> shown = Set.of();

  private record Node(String service, String node) {}

  ProbeMetrics(Meters meters) {
    this.results = meters.counter(ProbeCatalogue.PROBE_RESULTS);
    this.duration = meters.histogram(ProbeCatalogue.PROBE_DURATION);
    this.failures = meters.gauge(ProbeCatalogue.PROBE_FAILURES);
    this.out = meters.gauge(ProbeCatalogue.PROBE_OUT);
  }

  void ended(String service, ProbeResult result, Duration took) {
    results.labelValues(service, result.outcome().wireName()).inc();
    duration.labelValues(service).observe(took.toMillis() / 1000.0);
  }

  /** Shows these nodes and no other. */
  synchronized void show(Collection<StoredProbe> probes) {
    Set<Node> nodes = new HashSet<>();
    for (StoredProbe probe : probes) {
      failures.labelValues(probe.service(), probe.nodeId()).set(probe.history().failures());
      out.labelValues(probe.service(), probe.nodeId()).set(probe.history().out() ? 1 : 0);
      nodes.add(new Node(probe.service(), probe.nodeId()));
    }
    for (Node gone : shown) {
      if (!nodes.contains(gone)) {
        failures.remove(gone.service(), gone.node());
        out.remove(gone.service(), gone.node());
      }
    }
    shown = nodes;
  }
}

package dev.kintsugi.controlplane.observability;

import dev.kintsugi.protocol.metrics.MetricSpec;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The process's metrics, made from the catalogue only, so that no metric exists which dashboards
 * and docs do not know. Asking twice for one metric gives the same one.
 */
@Singleton
public final class Meters {

  /** From a fast poll to an hour: jobs of every size share one metric. */
  private static final double[] SECONDS = {
    0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600
  };

  /** From a glance at a text to a node's answer. */
  public static final double[] FINE_SECONDS = {
    0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1
  };

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Map<String, Counter> counters = new ConcurrentHashMap<>();
  private final Map<String, Gauge> gauges = new ConcurrentHashMap<>();
  private final Map<String, Histogram> histograms = new ConcurrentHashMap<>();

  public Meters() {
    JvmMetrics.builder().register(registry);
  }

  public Counter counter(MetricSpec spec) {
    require(spec, MetricSpec.Kind.COUNTER);
    return counters.computeIfAbsent(
        spec.name(),
        name ->
            Counter.builder()
                .name(name)
                .help(spec.help())
                .labelNames(spec.labels().toArray(String[]::new))
                .register(registry));
  }

  public Gauge gauge(MetricSpec spec) {
    require(spec, MetricSpec.Kind.GAUGE);
    return gauges.computeIfAbsent(
        spec.name(),
        name ->
            Gauge.builder()
                .name(name)
                .help(spec.help())
                .labelNames(spec.labels().toArray(String[]::new))
                .register(registry));
  }

  public Histogram histogram(MetricSpec spec) {
    return histogram(spec, SECONDS);
  }

  /**
   * @param bounds of its buckets, rising
   */
  public Histogram histogram(MetricSpec spec, double... bounds) {
    require(spec, MetricSpec.Kind.HISTOGRAM);
    return histograms.computeIfAbsent(
        spec.name(),
        name ->
            Histogram.builder()
                .name(name)
                .classicUpperBounds(bounds)
                .help(spec.help())
                .labelNames(spec.labels().toArray(String[]::new))
                .register(registry));
  }

  /** A gauge that is asked for its values at each scrape. May be called once for one metric. */
  public void gauge(MetricSpec spec, Consumer<GaugeWithCallback.Callback> values) {
    require(spec, MetricSpec.Kind.GAUGE);
    GaugeWithCallback.builder()
        .name(spec.name())
        .help(spec.help())
        .labelNames(spec.labels().toArray(String[]::new))
        .callback(values)
        .register(registry);
  }

  /** What joins a sample to its trace. */
  public static Labels exemplar(String traceId) {
    return Labels.of("trace_id", traceId);
  }

  PrometheusRegistry registry() {
    return registry;
  }

  private static void require(MetricSpec spec, MetricSpec.Kind kind) {
    if (spec.kind() != kind) {
      throw new IllegalArgumentException(spec.name() + " is a " + spec.kind());
    }
  }
}

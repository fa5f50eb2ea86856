package dev.kintsugi.operators.health;

import dev.kintsugi.protocol.metrics.MetricCatalogue;
import dev.kintsugi.protocol.metrics.MetricSpec;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.api.reconciler.Constants;
import io.javaoperatorsdk.operator.processing.GroupVersionKind;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import jakarta.inject.Singleton;
import java.util.Map;

/** The operator's share of the metric catalogue. */
@Singleton
public class OperatorMetrics implements Metrics {

  private static final double[] SECONDS = {0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Counter reconciles = counter(MetricCatalogue.RECONCILES);
  private final Histogram reconcileDuration = histogram(MetricCatalogue.RECONCILE_DURATION);
  private final Counter pushes = counter(MetricCatalogue.FLEET_PUSHES);

  public OperatorMetrics() {
    JvmMetrics.builder().register(registry);
  }

  /** Counts a push by its outcome. */
  public void pushed(String outcome) {
    pushes.labelValues(outcome).inc();
  }

  @Override
  public void finishedReconciliation(HasMetadata resource, Map<String, Object> metadata) {
    reconciles.labelValues(resource.getKind(), "ok").inc();
  }

  @Override
  public void failedReconciliation(
      HasMetadata resource, Exception exception, Map<String, Object> metadata) {
    reconciles.labelValues(resource.getKind(), "error").inc();
  }

  @Override
  public <T> T timeControllerExecution(ControllerExecution<T> execution) throws Exception {
    long begun = System.nanoTime();
    try {
      return execution.execute();
    } finally {
      String kind =
          execution.metadata().get(Constants.RESOURCE_GVK_KEY) instanceof GroupVersionKind of
              ? of.getKind()
              : execution.controllerName();
      reconcileDuration.labelValues(kind).observe((System.nanoTime() - begun) / 1e9);
    }
  }

  PrometheusRegistry registry() {
    return registry;
  }

  private Counter counter(MetricSpec spec) {
    return Counter.builder()
        .name(spec.name())
        .help(spec.help())
        .labelNames(spec.labels().toArray(String[]::new))
        .register(registry);
  }

  private Histogram histogram(MetricSpec spec) {
    return Histogram.builder()
        .name(spec.name())
        .help(spec.help())
        .labelNames(spec.labels().toArray(String[]::new))
        .classicOnly()
        .classicUpperBounds(SECONDS)
        .register(registry);
  }
}

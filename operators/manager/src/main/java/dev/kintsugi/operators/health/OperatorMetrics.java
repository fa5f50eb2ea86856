package dev.kintsugi.operators.health;

import dev.kintsugi.protocol.metrics.MetricCatalogue;
import dev.kintsugi.protocol.metrics.MetricSpec;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import jakarta.inject.Singleton;
import java.util.Map;

/** The operator's share of the metric catalogue. */
@Singleton
public class OperatorMetrics implements Metrics {

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Counter reconciles = counter(MetricCatalogue.RECONCILES);
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
}

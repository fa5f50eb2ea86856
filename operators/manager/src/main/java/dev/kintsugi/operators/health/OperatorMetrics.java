package dev.kintsugi.operators.health;

import dev.kintsugi.protocol.metrics.MetricSpec;
import dev.kintsugi.protocol.metrics.OperatorCatalogue;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.api.reconciler.Constants;
import io.javaoperatorsdk.operator.processing.GroupVersionKind;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;

/** The operator's share of the metric catalogue. */
@Singleton
public class OperatorMetrics implements Metrics {

  private static final double[] SECONDS = {0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Counter reconciles = counter(OperatorCatalogue.RECONCILES);
  private final Histogram reconcileDuration = histogram(OperatorCatalogue.RECONCILE_DURATION);
  private final Counter pushes = counter(OperatorCatalogue.FLEET_PUSHES);
  private final Counter rollouts = counter(OperatorCatalogue.ROLLOUTS);
  private final Counter rollbacks = counter(OperatorCatalogue.ROLLOUT_ROLLBACKS);
  private final Histogram rolloutDuration =
      histogram(OperatorCatalogue.ROLLOUT_DURATION, 60, 300, 900, 3600, 14_400, 43_200, 86_400);
  private final Histogram rolloutReturn =
      histogram(OperatorCatalogue.ROLLOUT_RETURN, 0.1, 0.3, 1, 3, 10, 30, 60, 180);

  public OperatorMetrics() {
    JvmMetrics.builder().register(registry);
  }

  /** Counts a rollout by the phase it ended in. */
  public void rolloutEnded(String outcome, Duration took) {
    rollouts.labelValues(outcome).inc();
    rolloutDuration.labelValues(outcome).observe(Math.max(0, took.toMillis()) / 1000.0);
  }

  /** Counts a rollout that begins to go back by the reason. */
  public void rolloutWentBack(String reason) {
    rollbacks.labelValues(reason).inc();
  }

  /** From the decision to go back until the control plane sends every job to stable. */
  public void rolloutReturned(Duration took) {
    rolloutReturn.observe(Math.max(0, took.toMillis()) / 1000.0);
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

  private Histogram histogram(MetricSpec spec, double... bounds) {
    return Histogram.builder()
        .name(spec.name())
        .help(spec.help())
        .labelNames(spec.labels().toArray(String[]::new))
        .classicOnly()
        .classicUpperBounds(bounds)
        .register(registry);
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

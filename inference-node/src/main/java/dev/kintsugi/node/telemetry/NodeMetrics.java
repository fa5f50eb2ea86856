package dev.kintsugi.node.telemetry;

import dev.kintsugi.core.node.ExpertHealth;
import dev.kintsugi.core.node.Retention;
import dev.kintsugi.core.quality.Verdict;
import dev.kintsugi.protocol.metrics.MetricSpec;
import dev.kintsugi.protocol.metrics.NodeCatalogue;
import dev.kintsugi.protocol.node.FailureClass;
import dev.kintsugi.protocol.node.NodeEvent;
import dev.kintsugi.protocol.node.NodeStatus.DeviceReadings;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The node's metrics, each declared in {@link NodeCatalogue}. */
@Singleton
public final class NodeMetrics {
  private static final double[] STEP_BUCKETS = {
    0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 60, 120
  };
  private static final double[] STAGE_BUCKETS = {
    0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 1800
  };

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Counter attempts;
  private final Histogram stepDuration;
  private final Histogram stageDuration;
  private final Gauge ready;
  private final Counter events;
  private final Gauge diskFree;
  private final Counter pruned;
  private final Gauge memoryGrowth;
  private final Gauge promptDrift;
  private final Gauge promptDriftLimit;
  private final Counter verdicts;
  private final Counter expertResults;
  private final Gauge expertWeight;
  private boolean jvmRegistered;

  public NodeMetrics(DeviceMonitor device) {
    attempts = registered(Counter.builder(), NodeCatalogue.NODE_ATTEMPTS);
    stepDuration = histogram(NodeCatalogue.NODE_STEP_DURATION, STEP_BUCKETS);
    stageDuration = histogram(NodeCatalogue.NODE_STAGE_DURATION, STAGE_BUCKETS);
    diskFree = gauge(NodeCatalogue.NODE_DISK_FREE);
    pruned = registered(Counter.builder(), NodeCatalogue.NODE_PRUNED);
    memoryGrowth = gauge(NodeCatalogue.NODE_MEMORY_GROWTH);
    promptDrift = gauge(NodeCatalogue.NODE_PROMPT_DRIFT);
    promptDriftLimit = gauge(NodeCatalogue.NODE_PROMPT_DRIFT_LIMIT);
    events = registered(Counter.builder(), NodeCatalogue.NODE_EVENTS);
    // From zero: a rate over a series that begins at 1 misses its first event.
    for (NodeEvent.Kind kind : NodeEvent.Kind.values()) {
      events.initLabelValues(label(kind));
    }
    for (FailureClass failure : FailureClass.values()) {
      attempts.initLabelValues(failure.name().toLowerCase(Locale.ROOT));
    }
    verdicts = registered(Counter.builder(), NodeCatalogue.NODE_QUALITY_VERDICTS);
    ready = gauge(NodeCatalogue.NODE_READY);
    expertResults = registered(Counter.builder(), NodeCatalogue.NODE_EXPERT_RESULTS);
    expertWeight = gauge(NodeCatalogue.NODE_EXPERT_WEIGHT);
    reading(device, NodeCatalogue.NODE_MEMORY_USED, DeviceReadings::memoryUsedBytes);
    reading(device, NodeCatalogue.NODE_MEMORY_TOTAL, DeviceReadings::memoryTotalBytes);
    reading(device, NodeCatalogue.NODE_UTILIZATION, DeviceReadings::utilization);
    reading(device, NodeCatalogue.NODE_TEMPERATURE, DeviceReadings::temperatureCelsius);
    reading(device, NodeCatalogue.NODE_POWER, DeviceReadings::powerWatts);
    reading(device, NodeCatalogue.NODE_PCIE, DeviceReadings::pcieBytesPerSecond);
    reading(device, NodeCatalogue.NODE_ECC_ERRORS, DeviceReadings::eccErrors);
  }

  /**
   * @param outcome {@code completed} or the failure class in lower case
   */
  public void attemptEnded(String outcome) {
    attempts.labelValues(outcome).inc();
  }

  public void stepped(String expert, double seconds, @Nullable String traceId) {
    observe(stepDuration.labelValues(expert), seconds, traceId);
  }

  public void stageEnded(String stage, double seconds, @Nullable String traceId) {
    observe(stageDuration.labelValues(stage), seconds, traceId);
  }

  /** The quality gate spoke. */
  public void judged(Verdict verdict) {
    switch (verdict) {
      case Verdict.Passed(boolean belowNormal, _) ->
          verdicts.labelValues(belowNormal ? "below_normal" : "passed", "").inc();
      case Verdict.Rejected rejected ->
          verdicts
              .labelValues(
                  rejected.defect().name().toLowerCase(Locale.ROOT),
                  rejected.statistic().wireName())
              .inc();
    }
  }

  /**
   * Something spoke for or against an expert.
   *
   * @param weight that it has from now on
   */
  public void expertSeen(String expert, ExpertHealth.Observation seen, double weight) {
    expertResults.labelValues(expert, seen.name().toLowerCase(Locale.ROOT)).inc();
    expertWeight.labelValues(expert).set(weight);
  }

  /** A watcher noticed something. */
  public void noticed(NodeEvent.Kind kind) {
    events.labelValues(label(kind)).inc();
  }

  public void diskFree(long bytes) {
    diskFree.set(bytes);
  }

  /** Something was removed from the work directory. */
  public void pruned(Retention.Reason reason) {
    pruned.labelValues(reason.name().toLowerCase(Locale.ROOT)).inc();
  }

  public void memoryGrows(double bytesPerJob) {
    memoryGrowth.set(bytesPerJob);
  }

  /** How far prompts are from the usual ones, and from where on that is drift. */
  public void promptDrift(
      double location, double locationLimit, double spread, double spreadLimit) {
    promptDrift.labelValues("location").set(location);
    promptDriftLimit.labelValues("location").set(locationLimit);
    promptDrift.labelValues("spread").set(spread);
    promptDriftLimit.labelValues("spread").set(spreadLimit);
  }

  /** What a scrape finds now. */
  public MetricSnapshots scrape(BooleanSupplier readyNow) {
    registerJvm();
    ready.set(readyNow.getAsBoolean() ? 1 : 0);
    return registry.scrape();
  }

  /** What a device does not report has no sample, instead of a zero that is not true. */
  private void reading(
      DeviceMonitor device, MetricSpec spec, Function<DeviceReadings, @Nullable Number> value) {
    GaugeWithCallback.builder()
        .name(spec.name())
        .help(spec.help())
        .labelNames(spec.labels().toArray(String[]::new))
        .callback(
            sample -> {
              DeviceReadings now = device.readings();
              Number reading = value.apply(now);
              if (reading != null) {
                sample.call(reading.doubleValue(), now.id());
              }
            })
        .register(registry);
  }

  private static void observe(
      DistributionDataPoint into, double seconds, @Nullable String traceId) {
    if (traceId == null) {
      into.observe(seconds);
    } else {
      into.observeWithExemplar(seconds, Labels.of("trace_id", traceId));
    }
  }

  private static String label(NodeEvent.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  // At the first scrape, not at the start: a fifth of a second that readiness need not wait for.
  private synchronized void registerJvm() {
    if (!jvmRegistered) {
      JvmMetrics.builder().register(registry);
      jvmRegistered = true;
    }
  }

  private Counter registered(Counter.Builder builder, MetricSpec spec) {
    return builder
        .name(spec.name())
        .help(spec.help())
        .labelNames(spec.labels().toArray(String[]::new))
        .register(registry);
  }

  private Gauge gauge(MetricSpec spec) {
    return Gauge.builder()
        .name(spec.name())
        .help(spec.help())
        .labelNames(spec.labels().toArray(String[]::new))
        .register(registry);
  }

  private Histogram histogram(MetricSpec spec, double[] buckets) {
    return Histogram.builder()
        .name(spec.name())
        .help(spec.help())
        .labelNames(spec.labels().toArray(String[]::new))
        .classicOnly()
        .classicUpperBounds(buckets)
        .register(registry);
  }
}

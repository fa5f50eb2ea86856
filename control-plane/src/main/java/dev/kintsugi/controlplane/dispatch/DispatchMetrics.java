package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.queue.QueueSnapshot;
import dev.kintsugi.protocol.metrics.MetricCatalogue;
import dev.kintsugi.protocol.video.Priority;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import jakarta.inject.Singleton;
import java.util.Locale;

/** The dispatcher's part of the metric catalogue. */
@Singleton
class DispatchMetrics {

  private final Counter attempts;
  private final Counter leasesExpired;
  private final Counter staleResults;
  private final Gauge nodeSlots;
  private final Gauge queueDepth;

  DispatchMetrics(Meters meters) {
    this.attempts = meters.counter(MetricCatalogue.ATTEMPTS);
    this.leasesExpired = meters.counter(MetricCatalogue.LEASES_EXPIRED);
    this.staleResults = meters.counter(MetricCatalogue.STALE_RESULTS);
    this.nodeSlots = meters.gauge(MetricCatalogue.NODE_SLOTS);
    this.queueDepth = meters.gauge(MetricCatalogue.QUEUE_DEPTH);
  }

  /**
   * @param outcome {@code COMPLETED} or a failure class
   */
  void attemptEnded(String service, String outcome) {
    attempts.labelValues(service, lower(outcome)).inc();
  }

  void leaseExpired(String decision) {
    leasesExpired.labelValues(lower(decision)).inc();
  }

  void stale(String operation) {
    staleResults.labelValues(operation).inc();
  }

  void slots(String service, long free, long busy) {
    nodeSlots.labelValues(service, "free").set(free);
    nodeSlots.labelValues(service, "busy").set(busy);
  }

  void depth(QueueSnapshot snapshot) {
    for (Priority priority : Priority.values()) {
      queueDepth
          .labelValues(snapshot.service(), priority.wireName())
          .set(snapshot.waiting().getOrDefault(priority, QueueSnapshot.Load.NONE).jobs());
    }
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}

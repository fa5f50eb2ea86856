package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.queue.Attempt;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.QueueSnapshot;
import dev.kintsugi.controlplane.recovery.RecoveryMetrics;
import dev.kintsugi.protocol.metrics.JobCatalogue;
import dev.kintsugi.protocol.node.FailureClass;
import dev.kintsugi.protocol.video.Priority;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.snapshots.Labels;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The dispatcher's part of the metric catalogue. */
@Singleton
class DispatchMetrics {

  private final Set<String> known = ConcurrentHashMap.newKeySet();
  private final Counter finished;
  private final Counter attempts;
  private final Histogram attemptDuration;
  private final Histogram queueWait;
  private final Counter leasesExpired;
  private final Counter staleResults;
  private final Gauge nodeSlots;
  private final Gauge queueDepth;

  DispatchMetrics(Meters meters) {
    this.finished = meters.counter(JobCatalogue.JOBS_FINISHED);
    this.attempts = meters.counter(JobCatalogue.ATTEMPTS);
    this.attemptDuration = meters.histogram(JobCatalogue.ATTEMPT_DURATION);
    this.queueWait = meters.histogram(JobCatalogue.QUEUE_WAIT);
    this.leasesExpired = meters.counter(JobCatalogue.LEASES_EXPIRED);
    this.staleResults = meters.counter(JobCatalogue.STALE_RESULTS);
    this.nodeSlots = meters.gauge(JobCatalogue.NODE_SLOTS);
    this.queueDepth = meters.gauge(JobCatalogue.QUEUE_DEPTH);
  }

  /** A job was claimed; how long it waited counts once. */
  void claimed(Job job, Attempt attempt) {
    if (attempt.number() == 1) {
      queueWait
          .labelValues(job.service(), job.priority().wireName())
          .observeWithExemplar(
              seconds(job.waitingSince(), attempt.startedAt()), Meters.exemplar(job.traceId()));
    }
  }

  /**
   * @param outcome {@code COMPLETED} or a failure class
   */
  void attemptEnded(Job job, Attempt attempt, String outcome, Instant now) {
    String named = lower(outcome);
    Labels exemplar = Meters.exemplar(job.traceId());
    attempts.labelValues(job.service(), named).incWithExemplar(exemplar);
    attemptDuration
        .labelValues(job.service(), named)
        .observeWithExemplar(seconds(attempt.startedAt(), now), exemplar);
  }

  void leaseExpired(String decision) {
    leasesExpired.labelValues(lower(decision)).inc();
  }

  void stale(String operation) {
    staleResults.labelValues(operation).inc();
  }

  void slots(String service, long free, long busy) {
    if (known.add(service)) {
      begin(service);
    }
    nodeSlots.labelValues(service, "free").set(free);
    nodeSlots.labelValues(service, "busy").set(busy);
  }

  /** From zero: a rate over a series that begins at 1 misses its first event. */
  private void begin(String service) {
    attempts.initLabelValues(service, lower(Attempt.COMPLETED));
    for (FailureClass failure : FailureClass.values()) {
      attempts.initLabelValues(service, lower(failure.name()));
    }
    for (String outcome : RecoveryMetrics.OUTCOMES) {
      finished.initLabelValues(service, outcome);
    }
  }

  void depth(QueueSnapshot snapshot) {
    for (Priority priority : Priority.values()) {
      queueDepth
          .labelValues(snapshot.service(), priority.wireName())
          .set(snapshot.waiting().getOrDefault(priority, QueueSnapshot.Load.NONE).jobs());
    }
  }

  private static double seconds(Instant from, Instant to) {
    return Math.max(0, Duration.between(from, to).toMillis() / 1000.0);
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}

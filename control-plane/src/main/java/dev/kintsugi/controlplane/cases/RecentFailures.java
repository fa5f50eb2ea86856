package dev.kintsugi.controlplane.cases;

import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.protocol.metrics.JobCatalogue;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import jakarta.inject.Singleton;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;

/**
 * The last failures as a metric, for a dashboard that has nothing but Prometheus. A bounded number
 * of series at a time; the ledger has all of them.
 */
@Singleton
final class RecentFailures {

  static final int KEPT = 100;

  private final Deque<StoredCase> newest = new ArrayDeque<>();

  RecentFailures(Meters meters) {
    meters.gauge(JobCatalogue.FAILURE_TIME, this::report);
  }

  synchronized void add(StoredCase row) {
    newest.addLast(row);
    if (newest.size() > KEPT) {
      newest.removeFirst();
    }
  }

  private synchronized void report(GaugeWithCallback.Callback samples) {
    for (StoredCase row : newest) {
      samples.call(
          row.occurredAt().toEpochMilli() / 1000.0,
          CaseIds.ofCase(row.id()),
          row.service(),
          row.kind(),
          row.failureClass().toLowerCase(Locale.ROOT),
          row.attribution(),
          row.rung(),
          row.nodeId(),
          row.traceId());
    }
  }
}

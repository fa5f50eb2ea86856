package dev.kintsugi.controlplane.slo;

import dev.kintsugi.controlplane.cases.ReplayQueue;
import dev.kintsugi.controlplane.queue.JobEnd;
import dev.kintsugi.controlplane.queue.JobLedger;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Counts ended jobs for every objective of their service, and what they took. An operator's replays
 * are nobody's videos: they spend no budget and are on no bill.
 */
@Singleton
class JobCounter {

  private static final int AT_ONCE = 1_000;

  private final JobLedger ledger;
  private final ObjectiveStore objectives;
  private final SloMetrics metrics;

  JobCounter(JobLedger ledger, ObjectiveStore objectives, SloMetrics metrics) {
    this.ledger = ledger;
    this.objectives = objectives;
    this.metrics = metrics;
  }

  /** Counts whatever ended since the last time; returns how many jobs. */
  int count() {
    int all = 0;
    int last = AT_ONCE;
    while (last == AT_ONCE) {
      List<JobEnd> counted = new ArrayList<>();
      last =
          ledger.count(
              AT_ONCE,
              (c, ended) -> {
                // The work may run again after a rollback.
                counted.clear();
                counted.addAll(ofCustomers(ended));
                count(c, counted);
              });
      counted.forEach(metrics::spent);
      all += last;
    }
    return all;
  }

  private static List<JobEnd> ofCustomers(List<JobEnd> ended) {
    return ended.stream().filter(job -> !ReplayQueue.isReplay(job.service())).toList();
  }

  private void count(Connection c, List<JobEnd> ended) throws SQLException {
    Map<String, List<StoredObjective>> byService =
        objectives.all(c).stream().collect(Collectors.groupingBy(StoredObjective::service));
    Batch batch = new Batch();
    for (JobEnd job : ended) {
      byService
          .getOrDefault(job.service(), List.of())
          .forEach(objective -> batch.add(objective, job));
    }
    CountStore.add(c, batch);
    CostStore.add(c, CostStore.sums(ended));
  }
}

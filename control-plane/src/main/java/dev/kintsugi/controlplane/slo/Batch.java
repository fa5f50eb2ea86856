package dev.kintsugi.controlplane.slo;

import dev.kintsugi.controlplane.fleet.FleetNode;
import dev.kintsugi.controlplane.queue.JobEnd;
import dev.kintsugi.core.recovery.Rung;
import dev.kintsugi.core.slo.EndedJob;
import dev.kintsugi.core.slo.Event;
import dev.kintsugi.core.slo.Grain;
import dev.kintsugi.core.slo.Indicator.Kind;
import dev.kintsugi.core.slo.Tally;
import dev.kintsugi.core.slo.ValueBuckets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Events of some jobs, added up by what they are stored under. */
final class Batch {

  static final String REVISION = "revision";
  static final String POOL = "pool";
  static final String TENANT = "tenant";

  record Total(long objective, Grain grain, Instant start) {}

  record Slice(long objective, String dimension, String part, Instant start) {}

  record Bucket(long objective, Instant start, int bucket) {}

  private final Map<Total, Tally> totals = new HashMap<>();
  private final Map<Slice, Tally> slices = new HashMap<>();
  private final Map<Bucket, Long> buckets = new HashMap<>();

  Map<Total, Tally> totals() {
    return totals;
  }

  Map<Slice, Tally> slices() {
    return slices;
  }

  Map<Bucket, Long> buckets() {
    return buckets;
  }

  long events() {
    return totals.entrySet().stream()
        .filter(total -> total.getKey().grain() == Grain.HOUR)
        .mapToLong(total -> total.getValue().events())
        .sum();
  }

  /** Counts a job for an objective of its service. */
  void add(StoredObjective objective, JobEnd job) {
    Event.of(objective.objective(), ended(job)).ifPresent(event -> add(objective, event, job));
  }

  /** Counts a look at the service as a whole. */
  void add(StoredObjective objective, Event event, Instant at) {
    addTotals(objective.id(), Tally.of(event), at);
  }

  /** Counts a look at one of its nodes. */
  void add(StoredObjective objective, Event event, FleetNode node, Instant at) {
    add(objective, event, at);
    Tally one = Tally.of(event);
    Instant hour = Grain.HOUR.floor(at);
    slices.merge(new Slice(objective.id(), REVISION, node.revision(), hour), one, Tally::plus);
    slices.merge(new Slice(objective.id(), POOL, node.pool(), hour), one, Tally::plus);
  }

  private void add(StoredObjective objective, Event event, JobEnd job) {
    long id = objective.id();
    Tally one = Tally.of(event);
    addTotals(id, one, job.endedAt());
    Instant hour = Grain.HOUR.floor(job.endedAt());
    slices.merge(new Slice(id, REVISION, job.revision(), hour), one, Tally::plus);
    slices.merge(new Slice(id, POOL, job.pool(), hour), one, Tally::plus);
    slices.merge(new Slice(id, TENANT, job.tenant(), hour), one, Tally::plus);
    Double value = event.value();
    if (value != null && objective.objective().indicator().kind() == Kind.LATENCY) {
      buckets.merge(new Bucket(id, hour, ValueBuckets.bucket(value)), 1L, Long::sum);
    }
  }

  private void addTotals(long id, Tally one, Instant at) {
    for (Grain grain : Grain.values()) {
      totals.merge(new Total(id, grain, grain.floor(at)), one, Tally::plus);
    }
  }

  private static EndedJob ended(JobEnd job) {
    boolean answered = job.outcome() == JobEnd.Outcome.ANSWERED;
    String step = job.ladderStep();
    return new EndedJob(
        switch (job.outcome()) {
          case ANSWERED -> EndedJob.End.ANSWERED;
          case FAILED -> EndedJob.End.FAILED;
          case CANCELLED -> EndedJob.End.CANCELLED;
        },
        job.degraded(),
        answered && (step == null || Rung.step(step).map(Rung::generates).orElse(true)),
        Duration.between(job.createdAt(), job.endedAt()),
        job.costUsd(),
        job.pixels() / EndedJob.CLASS_VIDEO_PIXELS);
  }
}

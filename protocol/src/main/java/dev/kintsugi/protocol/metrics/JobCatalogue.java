package dev.kintsugi.protocol.metrics;

import static dev.kintsugi.protocol.metrics.MetricSpec.counter;
import static dev.kintsugi.protocol.metrics.MetricSpec.gauge;
import static dev.kintsugi.protocol.metrics.MetricSpec.histogram;

import java.util.List;

/** Jobs, their attempts, and what recovers them. */
public final class JobCatalogue {

  public static final MetricSpec JOBS_FINISHED =
      counter(
          "kintsugi_jobs_finished",
          "Jobs ended: completed, degraded_ and the ladder's step, failed, cancelled, expired, or in"
              + " review: rejected or unreviewed.",
          "service",
          "outcome");
  public static final MetricSpec JOB_DURATION =
      histogram(
          "kintsugi_job_duration_seconds",
          "From submission, or a reviewer's approval, to the end of a job that was queued.",
          "service",
          "outcome");
  public static final MetricSpec QUEUE_WAIT =
      histogram(
          "kintsugi_queue_wait_seconds",
          "From submission, or a reviewer's approval, to a job's first attempt.",
          "service",
          "priority");
  public static final MetricSpec RECOVERY_DECISIONS =
      counter(
          "kintsugi_recovery_decisions",
          "Decisions after a failure or a lack of time, by the ladder's step and the reason.",
          "rung",
          "reason");
  public static final MetricSpec CHECKPOINTS =
      counter(
          "kintsugi_checkpoints",
          "Checkpoints: kept, resumed from, or refused by a node.",
          "outcome");
  public static final MetricSpec FAILURE_TIME =
      gauge(
          "kintsugi_failure_timestamp_seconds",
          "When each of the last 100 failures that this replica recorded happened, in Unix time.",
          "case",
          "service",
          "kind",
          "failure_class",
          "attribution",
          "rung",
          "node_id",
          "trace_id");
  public static final MetricSpec QUEUE_DEPTH =
      gauge("kintsugi_queue_depth", "Jobs waiting.", "service", "priority");
  public static final MetricSpec ATTEMPTS =
      counter("kintsugi_attempts", "Attempts ended, by outcome.", "service", "outcome");
  public static final MetricSpec ATTEMPT_DURATION =
      histogram(
          "kintsugi_attempt_duration_seconds",
          "From the claim to the end of an attempt, the transfer of its files included.",
          "service",
          "outcome");
  public static final MetricSpec LEASES_EXPIRED =
      counter("kintsugi_leases_expired", "Leases that ran out, by what was decided.", "decision");
  public static final MetricSpec STALE_RESULTS =
      counter("kintsugi_stale_results", "Answers refused for an old fencing number.", "operation");
  public static final MetricSpec NODE_SLOTS =
      gauge("kintsugi_node_slots", "Slots of reachable nodes.", "service", "state");
  public static final MetricSpec WEBHOOK_DELIVERIES =
      counter("kintsugi_webhook_deliveries", "Webhook tries, by outcome.", "outcome");

  private JobCatalogue() {}

  static List<MetricSpec> all() {
    return List.of(
        JOBS_FINISHED,
        JOB_DURATION,
        QUEUE_WAIT,
        RECOVERY_DECISIONS,
        CHECKPOINTS,
        FAILURE_TIME,
        QUEUE_DEPTH,
        ATTEMPTS,
        ATTEMPT_DURATION,
        LEASES_EXPIRED,
        STALE_RESULTS,
        NODE_SLOTS,
        WEBHOOK_DELIVERIES);
  }
}

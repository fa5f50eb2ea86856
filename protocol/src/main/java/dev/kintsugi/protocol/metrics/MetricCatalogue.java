package dev.kintsugi.protocol.metrics;

import dev.kintsugi.protocol.metrics.MetricSpec.Kind;
import dev.kintsugi.protocol.metrics.MetricSpec.Source;
import java.util.List;

/**
 * Every metric of every process. Dashboards, alert rules and docs are checked against this list.
 */
public final class MetricCatalogue {

  public static final MetricSpec HTTP_DURATION =
      histogram(
          "kintsugi_http_request_duration_seconds",
          "Requests answered; an event stream counts until it begins.",
          "method",
          "route",
          "status");
  public static final MetricSpec JOBS_SUBMITTED =
      counter("kintsugi_jobs_submitted", "Jobs accepted.", "service", "priority");
  public static final MetricSpec JOBS_REFUSED =
      counter("kintsugi_jobs_refused", "Submissions refused, by error code.", "code");
  public static final MetricSpec PROMPT_SCREENINGS =
      counter(
          "kintsugi_prompt_screenings",
          "Prompts of submissions, by verdict; error is one that passed unscreened.",
          "verdict");
  public static final MetricSpec PROMPT_REASONS =
      counter(
          "kintsugi_prompt_reasons",
          "Prompts of submissions that a rule spoke against, by rule.",
          "rule");
  public static final MetricSpec REVIEWS_PENDING =
      gauge(
          "kintsugi_reviews_pending",
          "Prompts that wait for a person's decision; the same on every replica.",
          "service");
  public static final MetricSpec REVIEW_OLDEST_AGE =
      gauge(
          "kintsugi_review_oldest_age_seconds",
          "How long the oldest of them waits; 0 without any.",
          "service");
  public static final MetricSpec REVIEW_TIME_USED =
      gauge(
          "kintsugi_review_time_used_ratio",
          "Part of its time that the one nearest to its deadline has waited; 0 without any.",
          "service");
  public static final MetricSpec REVIEW_DECISIONS =
      counter(
          "kintsugi_review_decisions",
          "Reviews ended: approved, rejected, or expired because nobody decided in time.",
          "decision");
  public static final MetricSpec PROMPT_STAGE_SKIPS =
      counter(
          "kintsugi_prompt_stage_skips",
          "Prompts of submissions that passed a stage of screening which said nothing, by reason.",
          "stage",
          "reason");
  public static final MetricSpec PROMPT_STAGE_TIME =
      histogram(
          "kintsugi_prompt_stage_seconds",
          "How long prompts waited for a stage of screening.",
          "stage");
  public static final MetricSpec PROMPT_INTERCEPTIONS =
      counter(
          "kintsugi_prompt_interceptions",
          "Submissions that a learned rule stopped before a GPU was spent on them.");
  public static final MetricSpec PROMPT_FAILURES =
      counter("kintsugi_prompt_failures", "Jobs that ran and failed by their input.");
  public static final MetricSpec PROMPT_RULES =
      gauge("kintsugi_prompt_rules", "Learned rules, by stage.", "stage");
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
  public static final MetricSpec CASES =
      counter("kintsugi_cases", "Failure cases recorded.", "kind", "failure_class");
  public static final MetricSpec CASES_DEFERRED =
      counter("kintsugi_cases_deferred", "Failure cases left to be found again from attempts.");
  public static final MetricSpec KNOWLEDGE_BEHIND =
      gauge(
          "kintsugi_knowledge_behind",
          "Changes of the ledger of failures that the search index does not have yet.");
  public static final MetricSpec KNOWLEDGE_REBUILDS =
      counter("kintsugi_knowledge_rebuilds", "Times the search index was begun anew.", "cause");
  public static final MetricSpec KNOWLEDGE_FAILURES =
      counter(
          "kintsugi_knowledge_failures",
          "Times the search index could not be opened, read or written.");
  public static final MetricSpec ROLLOUT_VERDICTS =
      counter(
          "kintsugi_rollout_verdicts",
          "Changes of a rollout's verdict, by verdict and reason.",
          "service",
          "verdict",
          "reason");
  public static final MetricSpec ROLLOUT_EVIDENCE =
      gauge(
          "kintsugi_rollout_evidence",
          "E-values of a rollout: for a regression of the canary, and for its health.",
          "service",
          "hypothesis");
  public static final MetricSpec ROLLOUT_CARRIED =
      gauge(
          "kintsugi_rollout_carried_ratio",
          "Part of the attempts since the weights changed that the canary took, 0 to 1.",
          "service");
  public static final MetricSpec ROLLOUT_JOBS =
      gauge(
          "kintsugi_rollout_jobs",
          "Jobs since the rollout began, by version and ending.",
          "service",
          "version",
          "ending");
  public static final MetricSpec ROLLOUT_CUT_DELAY =
      histogram(
          "kintsugi_rollout_cut_delay_seconds",
          "From the first job that was certain to be bad to the end of the canary's traffic.",
          "service");
  public static final MetricSpec ROLLOUT_SHADOW_PAIRS =
      counter(
          "kintsugi_rollout_shadow_pairs",
          "Customers' videos made once more by a canary, by how that ended.",
          "service",
          "ending");
  public static final MetricSpec SLO_OBJECTIVE =
      gauge("kintsugi_slo_objective_ratio", "Share of good events promised.", "slo", "service");
  public static final MetricSpec SLO_CURRENT =
      gauge("kintsugi_slo_current_ratio", "Share of good events in the window.", "slo", "service");
  public static final MetricSpec SLO_BUDGET_LEFT =
      gauge(
          "kintsugi_slo_budget_left_ratio",
          "Part of the error budget left; below 0 it is overspent.",
          "slo",
          "service");
  public static final MetricSpec SLO_BURN_RATE =
      gauge(
          "kintsugi_slo_burn_rate",
          "How many times faster than allowed the budget is spent, by level and its window.",
          "slo",
          "service",
          "level",
          "window");
  public static final MetricSpec SLO_BURN_LIMIT =
      gauge(
          "kintsugi_slo_burn_limit",
          "The burn rate a level fires at, as derived from objective, window and traffic.",
          "slo",
          "service",
          "level");
  public static final MetricSpec SLO_FIRING =
      gauge("kintsugi_slo_firing", "1 while a level fires.", "slo", "service", "level");
  public static final MetricSpec SLO_STATE =
      gauge(
          "kintsugi_slo_state",
          "1 for the state it is in: ok, warning, burning, exhausted or no_data.",
          "slo",
          "service",
          "state");
  public static final MetricSpec GPU_SECONDS =
      counter(
          "kintsugi_gpu_seconds",
          "Time attempts of ended jobs held a slot: delivered, or wasted on no delivery.",
          "service",
          "revision",
          "pool",
          "use");
  public static final MetricSpec COST_USD =
      counter(
          "kintsugi_cost_usd",
          "Price of that time, where the service has one.",
          "service",
          "revision",
          "pool",
          "use");
  public static final MetricSpec PROBE_RESULTS =
      counter(
          "kintsugi_probe_results",
          "Probes ended: passed, failed, or yielded to a customer's job or a leaving node.",
          "service",
          "outcome");
  public static final MetricSpec PROBE_DURATION =
      histogram(
          "kintsugi_probe_duration_seconds", "Time a probe held a slot, to any end.", "service");
  public static final MetricSpec PROBE_FAILURES =
      gauge(
          "kintsugi_probe_failures",
          "Probes of a node that failed in a row; the same on every replica.",
          "service",
          "node");
  public static final MetricSpec PROBE_OUT =
      gauge(
          "kintsugi_probe_out",
          "1 while a node fails its probes and is out of dispatch, else 0; the same on every"
              + " replica.",
          "service",
          "node");
  public static final MetricSpec NODE_ATTEMPTS =
      counter("kintsugi_node_attempts", "Attempts ended on this node, by outcome.", "outcome")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_STEP_DURATION =
      histogram("kintsugi_node_step_duration_seconds", "One denoise step.", "expert")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_STAGE_DURATION =
      histogram("kintsugi_node_stage_duration_seconds", "One stage of an attempt.", "stage")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_EXPERT_WEIGHT =
      gauge("kintsugi_node_expert_weight", "1 in use, 0 quarantined.", "expert")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_EXPERT_RESULTS =
      counter("kintsugi_node_expert_results", "Results of an expert, by kind.", "expert", "result")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_READY =
      gauge("kintsugi_node_ready", "1 when warm and not draining.").of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_MEMORY_USED =
      gauge("kintsugi_node_memory_used_bytes", "Device memory in use.", "device")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_MEMORY_TOTAL =
      gauge("kintsugi_node_memory_total_bytes", "Device memory there is.", "device")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_UTILIZATION =
      gauge("kintsugi_node_utilization_ratio", "Share of the device in use, 0 to 1.", "device")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_TEMPERATURE =
      gauge("kintsugi_node_temperature_celsius", "Temperature of the GPU.", "device")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_POWER =
      gauge("kintsugi_node_power_watts", "Power the GPU draws.", "device")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_PCIE =
      gauge(
              "kintsugi_node_pcie_bytes_per_second",
              "Traffic between GPU and machine, both directions.",
              "device")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_ECC_ERRORS =
      gauge(
              "kintsugi_node_ecc_errors",
              "Uncorrected memory errors since the driver was loaded.",
              "device")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_DISK_FREE =
      gauge("kintsugi_node_disk_free_bytes", "Space left in the work directory.")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_PRUNED =
      counter(
              "kintsugi_node_pruned",
              "Results and checkpoints removed from the work directory.",
              "reason")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_MEMORY_GROWTH =
      gauge(
              "kintsugi_node_memory_growth_bytes_per_job",
              "How memory in use after a job grows from job to job.")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_PROMPT_DRIFT =
      gauge(
              "kintsugi_node_prompt_drift",
              "How far the last prompts are from the usual ones, which are at 1.",
              "statistic")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_PROMPT_DRIFT_LIMIT =
      gauge("kintsugi_node_prompt_drift_limit", "Above it prompts have drifted.", "statistic")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_EVENTS =
      counter("kintsugi_node_events", "What the node's watchers noticed, by kind.", "kind")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec NODE_QUALITY_VERDICTS =
      counter(
              "kintsugi_node_quality_verdicts",
              "Clips judged, by verdict (passed, below_normal or the defect) and the statistic that"
                  + " decided.",
              "verdict",
              "statistic")
          .of(Source.INFERENCE_NODE);
  public static final MetricSpec RECONCILES =
      counter("kintsugi_reconciles", "Reconciles, by outcome.", "kind", "outcome")
          .of(Source.OPERATOR);
  public static final MetricSpec RECONCILE_DURATION =
      histogram("kintsugi_reconcile_duration_seconds", "One reconcile.", "kind")
          .of(Source.OPERATOR);
  public static final MetricSpec FLEET_PUSHES =
      counter("kintsugi_fleet_pushes", "Fleet states pushed, by outcome.", "outcome")
          .of(Source.OPERATOR);
  public static final MetricSpec ROLLOUTS =
      counter("kintsugi_rollouts", "Rollouts ended, by the phase they ended in.", "outcome")
          .of(Source.OPERATOR);
  public static final MetricSpec ROLLOUT_ROLLBACKS =
      counter("kintsugi_rollout_rollbacks", "Rollouts that went back, by the reason.", "reason")
          .of(Source.OPERATOR);
  public static final MetricSpec ROLLOUT_DURATION =
      histogram(
              "kintsugi_rollout_duration_seconds",
              "From the start to the end of a rollout.",
              "outcome")
          .of(Source.OPERATOR);
  public static final MetricSpec ROLLOUT_RETURN =
      histogram(
              "kintsugi_rollout_return_seconds",
              "From the decision to go back until every job goes to stable.")
          .of(Source.OPERATOR);

  private MetricCatalogue() {}

  /** All of them, in the order of the docs. */
  public static List<MetricSpec> all() {
    return List.of(
        HTTP_DURATION,
        JOBS_SUBMITTED,
        JOBS_REFUSED,
        PROMPT_SCREENINGS,
        PROMPT_REASONS,
        REVIEWS_PENDING,
        REVIEW_OLDEST_AGE,
        REVIEW_TIME_USED,
        REVIEW_DECISIONS,
        PROMPT_STAGE_SKIPS,
        PROMPT_STAGE_TIME,
        PROMPT_INTERCEPTIONS,
        PROMPT_FAILURES,
        PROMPT_RULES,
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
        WEBHOOK_DELIVERIES,
        CASES,
        CASES_DEFERRED,
        KNOWLEDGE_BEHIND,
        KNOWLEDGE_REBUILDS,
        KNOWLEDGE_FAILURES,
        ROLLOUT_VERDICTS,
        ROLLOUT_EVIDENCE,
        ROLLOUT_CARRIED,
        ROLLOUT_JOBS,
        ROLLOUT_CUT_DELAY,
        ROLLOUT_SHADOW_PAIRS,
        SLO_OBJECTIVE,
        SLO_CURRENT,
        SLO_BUDGET_LEFT,
        SLO_BURN_RATE,
        SLO_BURN_LIMIT,
        SLO_FIRING,
        SLO_STATE,
        GPU_SECONDS,
        COST_USD,
        PROBE_RESULTS,
        PROBE_DURATION,
        PROBE_FAILURES,
        PROBE_OUT,
        NODE_ATTEMPTS,
        NODE_STEP_DURATION,
        NODE_STAGE_DURATION,
        NODE_EXPERT_WEIGHT,
        NODE_EXPERT_RESULTS,
        NODE_READY,
        NODE_MEMORY_USED,
        NODE_MEMORY_TOTAL,
        NODE_UTILIZATION,
        NODE_TEMPERATURE,
        NODE_POWER,
        NODE_PCIE,
        NODE_ECC_ERRORS,
        NODE_DISK_FREE,
        NODE_PRUNED,
        NODE_MEMORY_GROWTH,
        NODE_PROMPT_DRIFT,
        NODE_PROMPT_DRIFT_LIMIT,
        NODE_EVENTS,
        NODE_QUALITY_VERDICTS,
        RECONCILES,
        RECONCILE_DURATION,
        FLEET_PUSHES,
        ROLLOUTS,
        ROLLOUT_ROLLBACKS,
        ROLLOUT_DURATION,
        ROLLOUT_RETURN);
  }

  /** What one process exposes. */
  public static List<MetricSpec> of(Source source) {
    return all().stream().filter(spec -> spec.source() == source).toList();
  }

  private static MetricSpec counter(String name, String help, String... labels) {
    return new MetricSpec(name, Kind.COUNTER, help, List.of(labels), Source.CONTROL_PLANE);
  }

  private static MetricSpec gauge(String name, String help, String... labels) {
    return new MetricSpec(name, Kind.GAUGE, help, List.of(labels), Source.CONTROL_PLANE);
  }

  private static MetricSpec histogram(String name, String help, String... labels) {
    return new MetricSpec(name, Kind.HISTOGRAM, help, List.of(labels), Source.CONTROL_PLANE);
  }
}

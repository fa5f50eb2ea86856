package dev.kintsugi.protocol.metrics;

import static dev.kintsugi.protocol.metrics.MetricSpec.counter;
import static dev.kintsugi.protocol.metrics.MetricSpec.gauge;
import static dev.kintsugi.protocol.metrics.MetricSpec.histogram;

import java.util.List;

/** Requests, and how a prompt becomes a job: screening, review, learned rules. */
public final class AdmissionCatalogue {

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

  private AdmissionCatalogue() {}

  static List<MetricSpec> all() {
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
        PROMPT_RULES);
  }
}

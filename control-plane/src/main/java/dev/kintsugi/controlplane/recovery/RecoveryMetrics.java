package dev.kintsugi.controlplane.recovery;

import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.JobEndListener;
import dev.kintsugi.core.recovery.RecoveryDecision;
import dev.kintsugi.core.recovery.Rung;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.metrics.JobCatalogue;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.snapshots.Labels;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** How jobs end, and what was decided on the way. */
@Singleton
public class RecoveryMetrics implements JobEndListener {

  /** How a job can end, apart from the steps of the ladder. */
  public static final List<String> OUTCOMES =
      List.of("completed", "failed", "cancelled", "expired", "rejected", "unreviewed");

  private final Counter finished;
  private final Histogram duration;
  private final Counter decisions;
  private final Counter checkpoints;

  public RecoveryMetrics(Meters meters) {
    this.finished = meters.counter(JobCatalogue.JOBS_FINISHED);
    this.duration = meters.histogram(JobCatalogue.JOB_DURATION);
    this.decisions = meters.counter(JobCatalogue.RECOVERY_DECISIONS);
    this.checkpoints = meters.counter(JobCatalogue.CHECKPOINTS);
  }

  @Override
  public void ended(Job job) {
    String outcome = outcome(job);
    Labels exemplar = Meters.exemplar(job.traceId());
    finished.labelValues(job.service(), outcome).incWithExemplar(exemplar);
    if (job.completedAt() != null && !job.unreleased()) {
      Duration took = Duration.between(job.waitingSince(), job.completedAt());
      duration
          .labelValues(job.service(), outcome)
          .observeWithExemplar(took.toMillis() / 1000.0, exemplar);
    }
  }

  /** A first attempt as asked is no recovery. */
  public void decided(RecoveryDecision decision) {
    String rung =
        switch (decision) {
          case RecoveryDecision.Retry retry -> retry.plan().rung().wireName();
          case RecoveryDecision.Answer answer -> answer.rung().wireName();
          case RecoveryDecision.Stop stop -> "none";
        };
    if (!rung.equals(Rung.AS_ASKED.wireName())) {
      decisions.labelValues(rung, decision.reason().name().toLowerCase(Locale.ROOT)).inc();
    }
  }

  /**
   * @param outcome {@code kept}, {@code resumed} or {@code refused}
   */
  public void checkpoint(String outcome) {
    checkpoints.labelValues(outcome).inc();
  }

  private static String outcome(Job job) {
    if (job.error() != null) {
      String code = job.error().code();
      if (code.equals(ErrorCode.CANCELLED.wireName())) {
        return "cancelled";
      }
      if (job.unreleased()) {
        return code.equals(ErrorCode.PROMPT_REJECTED.wireName()) ? "rejected" : "unreviewed";
      }
      return code.equals(ErrorCode.DEADLINE_EXCEEDED.wireName()) ? "expired" : "failed";
    }
    if (job.result() == null || !job.result().delivered().degraded()) {
      return "completed";
    }
    String step = job.result().delivered().ladderStep();
    return "degraded_" + (step == null ? "unnamed" : step);
  }
}

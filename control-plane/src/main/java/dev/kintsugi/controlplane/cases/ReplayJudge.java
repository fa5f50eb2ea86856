package dev.kintsugi.controlplane.cases;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.queue.Attempt;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.core.ledger.ReplayVerdict;
import dev.kintsugi.core.ledger.ReplayVerdict.Outcome;
import dev.kintsugi.protocol.node.FailureClass;
import dev.kintsugi.protocol.video.VideoStatus;
import io.micronaut.context.annotation.Requires;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Compares ended replays with their cases. Every replica runs one; the first verdict stays. */
@Singleton
@Requires(notEnv = "command")
final class ReplayJudge {

  private static final Logger LOG = LoggerFactory.getLogger(ReplayJudge.class);
  private static final int BATCH = 100;

  /** Time that the writer of cases has to tell where the replay's attempt failed. */
  private static final Duration EVIDENCE_WITHIN = Duration.ofSeconds(5);

  private final ReplayStore store;
  private final CaseReads reads;
  private final JobQueue queue;
  private final Clock clock;

  ReplayJudge(ReplayStore store, CaseReads reads, JobQueue queue, Clock clock) {
    this.store = store;
    this.reads = reads;
    this.queue = queue;
    this.clock = clock;
  }

  /**
   * @param message one sentence about a failure; null where there was none
   */
  private record Seen(Outcome outcome, @Nullable String node, @Nullable String message) {}

  @Scheduled(initialDelay = "2s", fixedDelay = "1s")
  void work() {
    try {
      store.open(BATCH).forEach(this::judge);
    } catch (DatabaseUnavailableException away) {
      LOG.debug("Replays wait for the database: {}", away.getMessage());
    }
  }

  private void judge(ReplayStore.Replay replay) {
    StoredCase row = reads.find(replay.caseId()).orElse(null);
    Seen seen = row == null ? null : seen(replay, row).orElse(null);
    if (row == null || seen == null) {
      return;
    }
    ReplayVerdict verdict = ReplayVerdict.decide(CaseViews.failure(row), seen.outcome());
    store.judge(
        replay.id(),
        new ReplayStore.Verdict(
            name(verdict),
            verdict.reason().name().toLowerCase(Locale.ROOT),
            CaseViews.side(seen.outcome(), seen.node(), seen.message()),
            clock.instant()));
    LOG.info(
        "{} of {}: {}, {}",
        CaseIds.ofReplay(replay.id()),
        CaseIds.ofCase(row.id()),
        name(verdict),
        verdict.reason());
  }

  private Optional<Seen> seen(ReplayStore.Replay replay, StoredCase row) {
    Optional<Job> found = queue.find(replay.jobId());
    if (found.isEmpty()) {
      return Optional.of(new Seen(new Outcome.NotRun(), null, "the replay's job is gone"));
    }
    Job job = found.get();
    if (!job.status().terminal()) {
      return Optional.empty();
    }
    Optional<ReplayStore.Evidence> evidence = store.evidence(job.id());
    if (evidence.isPresent()) {
      ReplayStore.Evidence e = evidence.get();
      Outcome failed = CaseViews.failed(e.failureClass(), e.context());
      return Optional.of(new Seen(failed, e.nodeId(), e.message()));
    }
    List<Attempt> attempts = queue.attempts(job.id());
    if (job.status() == VideoStatus.COMPLETED) {
      String digest = replay.queueKey().endsWith("@" + row.digest()) ? row.digest() : "";
      return Optional.of(new Seen(new Outcome.Completed(digest), last(attempts), null));
    }
    return withoutEvidence(job, attempts);
  }

  private Optional<Seen> withoutEvidence(Job job, List<Attempt> attempts) {
    String why = job.error() == null ? null : job.error().message();
    Attempt last = attempts.isEmpty() ? null : attempts.getLast();
    String outcome = last == null ? null : last.outcome();
    if (last == null || outcome == null || outcome.equals(FailureClass.CANCELLED.name())) {
      return Optional.of(new Seen(new Outcome.NotRun(), null, why));
    }
    Instant end = job.completedAt() == null ? Instant.EPOCH : job.completedAt();
    if (clock.instant().isBefore(end.plus(EVIDENCE_WITHIN))) {
      return Optional.empty();
    }
    return Optional.of(new Seen(CaseViews.failed(outcome, null), last.nodeId(), last.message()));
  }

  private static @Nullable String last(List<Attempt> attempts) {
    return attempts.isEmpty() ? null : attempts.getLast().nodeId();
  }

  private static String name(ReplayVerdict verdict) {
    return switch (verdict) {
      case ReplayVerdict.Reproduced reproduced -> "reproduced";
      case ReplayVerdict.NotReproduced not -> "not_reproduced";
      case ReplayVerdict.Inconclusive inconclusive -> "inconclusive";
    };
  }
}

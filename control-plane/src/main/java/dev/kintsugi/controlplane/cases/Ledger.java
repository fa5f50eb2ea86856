package dev.kintsugi.controlplane.cases;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.queue.Attempt;
import dev.kintsugi.controlplane.queue.Ids;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.JobParameters;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.core.ledger.Features;
import dev.kintsugi.core.ledger.Fingerprint;
import dev.kintsugi.protocol.metrics.KnowledgeCatalogue;
import dev.kintsugi.protocol.node.FailureContext;
import io.prometheus.metrics.core.metrics.Counter;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes cases: looks up what belongs to one, finds its family, keeps both. */
@Singleton
final class Ledger {

  private static final int LONGEST_MESSAGE = 4_000;

  private final CaseStore store;
  private final ReplayStore replays;
  private final ReplayQueue replayQueue;
  private final JobQueue queue;
  private final Clock clock;
  private final Counter recorded;
  private final RecentFailures recent;

  Ledger(
      CaseStore store,
      ReplayStore replays,
      ReplayQueue replayQueue,
      JobQueue queue,
      Clock clock,
      Meters meters,
      RecentFailures recent) {
    this.store = store;
    this.replays = replays;
    this.replayQueue = replayQueue;
    this.queue = queue;
    this.clock = clock;
    this.recent = recent;
    this.recorded = meters.counter(KnowledgeCatalogue.CASES);
  }

  /**
   * Safe to repeat: the same case is kept once. What a replay meets belongs to the case it replays
   * and is no case of its own.
   */
  void write(NewCase c) {
    if (replays.owns(c.jobId())) {
      replays.addEvidence(c);
      return;
    }
    if (replayQueue.withoutCase(c.jobId())) {
      return;
    }
    Optional<Job> job = queue.find(c.jobId());
    List<Attempt> attempts = queue.attempts(c.jobId());
    JobParameters asked = job.map(Job::parameters).orElse(null);
    Fingerprint fingerprint = Fingerprint.of(facts(c, asked));
    StoredCase row = row(c, job.orElse(null), attempts, CaseIds.ofFamily(fingerprint));
    if (store.insert(row, fingerprint, asked)) {
      recorded.labelValues(c.kind().wireName(), c.failureClass().toLowerCase(Locale.ROOT)).inc();
      recent.add(row);
    }
    forgetWhatWasTakenBack(c.jobId(), asked);
  }

  /** The customer may have deleted the video while its input was being written. */
  private void forgetWhatWasTakenBack(String jobId, @Nullable JobParameters asked) {
    if (asked != null && queue.find(jobId).isEmpty()) {
      store.forgetInput(jobId);
    }
  }

  private static Fingerprint.Facts facts(NewCase c, @Nullable JobParameters asked) {
    FailureContext context = c.context();
    return new Fingerprint.Facts(
        c.failureClass(),
        context == null ? null : context.stage().wireName(),
        context == null ? null : context.expert(),
        c.attribution(),
        version(c),
        context == null ? 0 : context.step(),
        context == null ? 0 : context.steps(),
        asked == null
            ? null
            : new Fingerprint.Shape(asked.width(), asked.height(), asked.numFrames()),
        context == null ? null : context.xid(),
        context != null && context.fault() != null,
        c.message(),
        names(c));
  }

  private static JsonNode features(@Nullable Job job) {
    if (job == null) {
      return Json.tree(Map.of());
    }
    JobParameters asked = job.parameters();
    return Json.tree(
        Features.of(
                asked.prompt(),
                new Fingerprint.Shape(asked.width(), asked.height(), asked.numFrames()),
                asked.steps())
            .named());
  }

  private static List<String> names(NewCase c) {
    String pod = c.nodeId().substring(c.nodeId().lastIndexOf('/') + 1);
    return List.of(c.nodeId(), pod, c.revision(), c.jobId());
  }

  private static String version(NewCase c) {
    return c.context() == null ? c.revision() : c.context().version();
  }

  /** Only a probe has no job; that of any other case was deleted. */
  private static String told(NewCase c, String name) {
    return c.kind() == NewCase.Kind.PROBE_FAILED ? c.details().getOrDefault(name, "") : "";
  }

  private StoredCase row(NewCase c, @Nullable Job job, List<Attempt> attempts, String family) {
    Instant now = clock.instant();
    FailureContext context = c.context();
    String message = Json.text(c.message());
    return new StoredCase(
        Ids.next(now),
        family,
        c.kind().wireName(),
        c.jobId(),
        c.attemptId(),
        job == null ? "" : job.tenant(),
        job == null ? told(c, "service") : job.service(),
        job == null ? told(c, "model") : job.model(),
        c.failureClass(),
        c.attribution().toLowerCase(Locale.ROOT),
        c.rung().toLowerCase(Locale.ROOT),
        context == null ? null : context.stage().wireName(),
        message.length() > LONGEST_MESSAGE ? message.substring(0, LONGEST_MESSAGE) : message,
        c.nodeId(),
        c.revision(),
        version(c),
        context == null ? "" : context.digest(),
        job == null ? "" : job.traceId(),
        context == null ? null : Json.tree(context),
        Json.tree(c.details()),
        features(job),
        Json.tree(attempts.stream().filter(attempt -> !attempt.live()).toList()),
        c.at(),
        now,
        1);
  }
}

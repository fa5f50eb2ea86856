package dev.kintsugi.controlplane.cases;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.JobParameters;
import dev.kintsugi.core.ledger.ReplayVerdict;
import dev.kintsugi.protocol.ledger.CaseReplay;
import dev.kintsugi.protocol.ledger.FailureCase;
import dev.kintsugi.protocol.ledger.FailureCaseDetail;
import dev.kintsugi.protocol.ledger.FailureFamily;
import dev.kintsugi.protocol.ledger.FailureFamilyChange;
import dev.kintsugi.protocol.node.FailureContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Rows as operators see them. */
final class CaseViews {

  private CaseViews() {}

  static FailureCase of(StoredCase row) {
    return new FailureCase(
        CaseIds.ofCase(row.id()),
        "failure_case",
        row.kind(),
        row.failureClass(),
        row.attribution(),
        row.rung(),
        row.stage(),
        row.message(),
        row.family(),
        row.jobId(),
        row.attemptId(),
        row.tenant(),
        row.service(),
        row.model(),
        row.nodeId(),
        row.revision(),
        row.version(),
        row.digest(),
        row.traceId(),
        row.occurredAt(),
        row.recordedAt(),
        row.times());
  }

  static FailureFamily of(FamilyReads.StoredFamily family) {
    return new FailureFamily(
        family.id(),
        "failure_family",
        named(family.fingerprint(), JsonNode::asText),
        family.status().wireName(),
        family.statusAt(),
        family.note(),
        family.mergedInto(),
        family.links() == null
            ? List.of()
            : List.of(Json.as(family.links(), FailureFamily.Link[].class)),
        family.cases(),
        family.firstSeen(),
        family.lastSeen());
  }

  static FailureFamilyChange of(FamilyChange change) {
    return new FailureFamilyChange(
        change.at(),
        change.action().wireName(),
        change.actor(),
        change.from().wireName(),
        change.to().wireName(),
        change.subject(),
        change.note());
  }

  static FailureCaseDetail.Input of(JobParameters asked) {
    return new FailureCaseDetail.Input(
        asked.prompt(),
        asked.negativePrompt(),
        asked.width() + "x" + asked.height(),
        asked.numFrames(),
        asked.fps(),
        asked.steps(),
        asked.guidanceScale(),
        asked.guidanceScale2(),
        asked.flowShift(),
        asked.seed());
  }

  static FailureCaseDetail.@Nullable Outcome outcome(@Nullable Job job) {
    if (job == null || !job.status().terminal()) {
      return null;
    }
    boolean degraded = job.result() != null && job.result().delivered().degraded();
    String reason =
        job.error() != null
            ? job.error().message()
            : job.result() == null ? null : job.result().delivered().reason();
    return new FailureCaseDetail.Outcome(job.status().wireName(), job.attempts(), degraded, reason);
  }

  static CaseReplay of(ReplayStore.Replay replay, StoredCase original, @Nullable Job job) {
    ReplayStore.Verdict verdict = replay.verdict();
    return new CaseReplay(
        CaseIds.ofReplay(replay.id()),
        "case_replay",
        CaseIds.ofCase(replay.caseId()),
        verdict != null ? "judged" : job != null && job.attempts() > 0 ? "running" : "queued",
        verdict == null ? null : verdict.verdict(),
        verdict == null ? null : verdict.reason(),
        replay.requestedBy(),
        replay.requestedAt(),
        verdict == null ? null : verdict.at(),
        side(failure(original), original.nodeId(), original.message()),
        verdict == null ? null : verdict.replayed());
  }

  /** How the case's attempt ended, for the comparison. */
  static ReplayVerdict.Outcome.Failed failure(StoredCase row) {
    FailureContext context = context(row);
    return failed(row.failureClass(), context);
  }

  static ReplayVerdict.Outcome.Failed failed(
      String failureClass, @Nullable FailureContext context) {
    return context == null
        ? new ReplayVerdict.Outcome.Failed(failureClass, null, null, 0, 0, "", false)
        : new ReplayVerdict.Outcome.Failed(
            failureClass,
            context.stage().wireName(),
            context.expert(),
            context.step(),
            context.steps(),
            context.digest(),
            context.fault() != null);
  }

  static @Nullable FailureContext context(StoredCase row) {
    return row.context() == null ? null : Json.as(row.context(), FailureContext.class);
  }

  static CaseReplay.Side side(
      ReplayVerdict.Outcome outcome, @Nullable String node, @Nullable String message) {
    return switch (outcome) {
      case ReplayVerdict.Outcome.Completed(String digest) ->
          new CaseReplay.Side("completed", null, null, null, 0, 0, node, digest, false, message);
      case ReplayVerdict.Outcome.Failed f ->
          new CaseReplay.Side(
              "failed",
              f.failureClass(),
              f.stage(),
              f.expert(),
              f.step(),
              f.steps(),
              node,
              f.digest(),
              f.injected(),
              message);
      case ReplayVerdict.Outcome.NotRun() ->
          new CaseReplay.Side("not_run", null, null, null, 0, 0, node, "", false, message);
    };
  }

  static <T> Map<String, T> named(JsonNode node, Function<JsonNode, T> value) {
    Map<String, T> named = new LinkedHashMap<>();
    node.properties().forEach(entry -> named.put(entry.getKey(), value.apply(entry.getValue())));
    return named;
  }
}

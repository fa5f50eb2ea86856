package dev.kintsugi.controlplane.cases;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.controlplane.queue.Attempt;
import dev.kintsugi.controlplane.queue.JobEvent;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.queue.Progress;
import dev.kintsugi.protocol.ledger.TimelineEntry;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts a job's whole story in order: its events, its attempts, what was decided, and what operators
 * did. Of a deleted job the attempts remain, for every case keeps those before it.
 */
@Singleton
final class Timelines {

  private static final int MOST_EVENTS = 5_000;

  private final JobQueue queue;
  private final CaseReads reads;
  private final FamilyReads families;

  Timelines(JobQueue queue, CaseReads reads, FamilyReads families) {
    this.queue = queue;
    this.reads = reads;
    this.families = families;
  }

  List<TimelineEntry> of(StoredCase row, List<ReplayStore.Replay> replays) {
    List<TimelineEntry> entries = new ArrayList<>();
    queue.events(row.jobId(), 0, MOST_EVENTS).forEach(event -> entries.add(event(event)));
    attempts(row).forEach(attempt -> add(entries, attempt));
    reads.ofJob(row.jobId()).forEach(each -> entries.add(decision(each)));
    replays.forEach(replay -> add(entries, replay));
    families.changes(row.family()).stream()
        .filter(change -> !change.at().isBefore(row.occurredAt()))
        .forEach(change -> entries.add(change(change)));
    entries.sort(Comparator.comparing(TimelineEntry::at));
    return entries;
  }

  private List<Attempt> attempts(StoredCase row) {
    List<Attempt> kept = queue.attempts(row.jobId());
    if (!kept.isEmpty()) {
      return kept;
    }
    List<Attempt> remembered = new ArrayList<>();
    for (JsonNode attempt : row.attempts()) {
      remembered.add(Json.as(attempt, Attempt.class));
    }
    return remembered;
  }

  private static TimelineEntry event(JobEvent event) {
    Map<String, String> data = new LinkedHashMap<>();
    data.put("status", event.status().wireName());
    Progress progress = event.progress();
    String text = event.status().wireName();
    if (progress != null) {
      data.put("phase", progress.phase().wireName());
      put(data, "expert", progress.expert());
      data.put("step", progress.step() + "/" + progress.steps());
      text = progress.phase().wireName() + " " + progress.step() + "/" + progress.steps();
    }
    put(data, "detail", event.detail());
    return new TimelineEntry(
        event.at(),
        "event",
        event.attempt() == 0 ? null : event.attempt(),
        event.detail() == null ? text : text + ": " + event.detail(),
        data);
  }

  private static void add(List<TimelineEntry> entries, Attempt attempt) {
    Map<String, String> begun = new LinkedHashMap<>();
    begun.put("attempt_id", attempt.id());
    begun.put("node", attempt.nodeId());
    begun.put("revision", attempt.revision());
    entries.add(
        new TimelineEntry(
            attempt.startedAt(),
            "attempt_started",
            attempt.number(),
            "attempt %d on %s".formatted(attempt.number(), attempt.nodeId()),
            begun));
    Instant end = attempt.endedAt();
    if (end == null) {
      return;
    }
    Map<String, String> ended = new LinkedHashMap<>();
    ended.put("attempt_id", attempt.id());
    put(ended, "outcome", attempt.outcome());
    put(ended, "message", attempt.message());
    String why = attempt.message() == null ? "" : ": " + attempt.message();
    entries.add(
        new TimelineEntry(end, "attempt_ended", attempt.number(), attempt.outcome() + why, ended));
  }

  /** What recovery decided is told with each case. */
  private static TimelineEntry decision(StoredCase row) {
    Map<String, String> data =
        new LinkedHashMap<>(CaseViews.named(row.details(), JsonNode::asText));
    data.put("case_id", CaseIds.ofCase(row.id()));
    data.put("failure_class", row.failureClass());
    data.put("attribution", row.attribution());
    data.put("rung", row.rung());
    put(data, "attempt_id", row.attemptId());
    String rung = row.rung().isEmpty() ? "" : " at " + row.rung();
    return new TimelineEntry(
        row.occurredAt(),
        "case",
        null,
        "%s, %s blamed on %s%s".formatted(row.kind(), row.failureClass(), row.attribution(), rung),
        data);
  }

  private static void add(List<TimelineEntry> entries, ReplayStore.Replay replay) {
    String id = CaseIds.ofReplay(replay.id());
    entries.add(
        new TimelineEntry(
            replay.requestedAt(),
            "replay",
            null,
            "replay asked for by " + replay.requestedBy(),
            Map.of("replay_id", id, "video_id", replay.jobId())));
    ReplayStore.Verdict verdict = replay.verdict();
    if (verdict != null) {
      entries.add(
          new TimelineEntry(
              verdict.at(),
              "replay_verdict",
              null,
              verdict.verdict() + ": " + verdict.reason(),
              Map.of("replay_id", id)));
    }
  }

  private static TimelineEntry change(FamilyChange change) {
    Map<String, String> data = new LinkedHashMap<>();
    data.put("actor", change.actor());
    put(data, "note", change.note());
    put(data, "subject", change.subject());
    boolean status = change.action() == FamilyChange.Action.STATUS;
    String other = change.subject() == null ? "" : " " + change.subject();
    return new TimelineEntry(
        change.at(),
        status ? "family_status" : "family_change",
        null,
        status
            ? change.from().wireName() + " to " + change.to().wireName()
            : change.action().wireName() + other,
        data);
  }

  private static void put(Map<String, String> data, String name, @Nullable String value) {
    if (value != null) {
      data.put(name, value);
    }
  }
}

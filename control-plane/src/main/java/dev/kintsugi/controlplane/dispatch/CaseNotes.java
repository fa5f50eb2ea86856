package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.controlplane.cases.CaseRecorder;
import dev.kintsugi.controlplane.cases.NewCase;
import dev.kintsugi.controlplane.dispatch.AttemptEnding.Failed;
import dev.kintsugi.controlplane.queue.Attempt;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.NextStep;
import dev.kintsugi.controlplane.recovery.Situations;
import dev.kintsugi.core.recovery.Attribution;
import dev.kintsugi.core.recovery.Plan;
import dev.kintsugi.core.recovery.RecoveryDecision;
import dev.kintsugi.core.recovery.Rung;
import dev.kintsugi.protocol.node.FailureClass;
import dev.kintsugi.protocol.node.Render;
import dev.kintsugi.protocol.video.Video;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Tells the ledger of everything that went wrong on the way to an answer. */
@Singleton
class CaseNotes {

  private final CaseRecorder recorder;
  private final NodeRoster roster;
  private final Clock clock;

  CaseNotes(CaseRecorder recorder, NodeRoster roster, Clock clock) {
    this.recorder = recorder;
    this.roster = roster;
    this.clock = clock;
  }

  /** An attempt made no video, and what came of its job with it. */
  void failed(Job job, Attempt attempt, Plan ran, Failed failure, Recoverer.Step step) {
    NewCase.Kind kind =
        refused(failure.kind()) ? NewCase.Kind.REJECTED_RESULT : NewCase.Kind.FAILED_ATTEMPT;
    note(kind, job, attempt, ran, failure, step);
    if (!(step.next() instanceof NextStep.Again)) {
      ended(job, failure.kind(), step, attempt);
    }
  }

  /** The job was answered, or failed, by what was decided of it. */
  void ended(Job job, FailureClass last, Recoverer.Step step, @Nullable Attempt attempt) {
    boolean answered = step.next() instanceof NextStep.Answer;
    String rung =
        step.decision() instanceof RecoveryDecision.Answer answer ? answer.rung().wireName() : "";
    recorder.record(
        new NewCase(
            answered ? NewCase.Kind.DEGRADED : NewCase.Kind.JOB_FAILED,
            job.id(),
            null,
            last.name(),
            lower(step.blame()),
            rung,
            Recoverer.told(step.decision()),
            attempt == null ? "" : attempt.nodeId(),
            attempt == null ? "" : attempt.revision(),
            null,
            Map.of("decision", step.decision().reason().name()),
            clock.instant()));
  }

  /** A video was made, if not as asked or not at once. */
  void made(Job job, Attempt attempt, Plan ran, Video.Delivered delivered, List<Attempt> attempts) {
    List<Attempt> before =
        attempts.stream().filter(a -> !a.live() && !Attempt.COMPLETED.equals(a.outcome())).toList();
    if (!delivered.degraded() && before.isEmpty()) {
      return;
    }
    @Nullable Attempt last = before.isEmpty() ? null : before.getLast();
    String blame = last == null ? null : last.attribution();
    recorder.record(
        new NewCase(
            delivered.degraded() ? NewCase.Kind.DEGRADED : NewCase.Kind.RECOVERED_FAULT,
            job.id(),
            attempt.id(),
            last == null ? FailureClass.TIMEOUT.name() : String.valueOf(last.outcome()),
            blame == null ? lower(Attribution.NODE) : blame.toLowerCase(Locale.ROOT),
            delivered.ladderStep() == null ? "" : delivered.ladderStep(),
            String.valueOf(delivered.reason()),
            attempt.nodeId(),
            attempt.revision(),
            null,
            differences(job, attempt, ran),
            clock.instant()));
  }

  /** A node got over a failure within the attempt. */
  void mended(Job job, Attempt attempt, Failed failure) {
    recorder.record(
        new NewCase(
            NewCase.Kind.RECOVERED_FAULT,
            job.id(),
            attempt.id(),
            failure.kind().name(),
            lower(Attribution.NODE),
            "",
            failure.message(),
            attempt.nodeId(),
            attempt.revision(),
            failure.context(),
            Map.of(),
            clock.instant()));
  }

  private void note(
      NewCase.Kind kind, Job job, Attempt attempt, Plan ran, Failed failure, Recoverer.Step step) {
    Map<String, String> details = new TreeMap<>(differences(job, attempt, ran));
    details.put("decision", Recoverer.told(step.decision()));
    recorder.record(
        new NewCase(
            kind,
            job.id(),
            attempt.id(),
            failure.kind().name(),
            lower(step.blame()),
            ran.rung() == Rung.AS_ASKED ? "" : ran.rung().wireName(),
            failure.message(),
            attempt.nodeId(),
            attempt.revision(),
            failure.context(),
            details,
            clock.instant()));
  }

  /** What a replay must run with where it differs from what the job asks. */
  private Map<String, String> differences(Job job, Attempt attempt, Plan ran) {
    Plan.Asked asked = Situations.asked(job);
    Map<String, String> details = new TreeMap<>();
    if (!ran.size().equals(asked.size())) {
      details.put("size", ran.size().toString());
    }
    if (ran.frames() != asked.frames()) {
      details.put("num_frames", Integer.toString(ran.frames()));
    }
    if (ran.steps() != asked.steps()) {
      details.put("num_inference_steps", Integer.toString(ran.steps()));
    }
    if (ran.seed() != asked.seed()) {
      details.put("seed", Integer.toString(ran.seed()));
    }
    if (ran.avoidExpert() != null) {
      details.put("avoid_expert", ran.avoidExpert());
    }
    if (ran.still()) {
      details.put("render", Render.STILL_MOTION.wireName());
    }
    if (ran.lite()) {
      details.put("model", AttemptDetails.modelOf(roster.sight(attempt.nodeId()), job, ran));
    }
    Plan.Checkpoint resume = ran.resume();
    if (resume != null) {
      details.put("resume_from", resume.sha256());
    }
    return details;
  }

  private static boolean refused(FailureClass kind) {
    return switch (kind) {
      case BLACK_FRAMES, FROZEN_FRAMES, FLICKER, QUALITY_LOW -> true;
      default -> false;
    };
  }

  private static String lower(Attribution blame) {
    return blame.name().toLowerCase(Locale.ROOT);
  }
}

package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.controlplane.dispatch.AttemptEnding.Done;
import dev.kintsugi.controlplane.dispatch.AttemptEnding.Failed;
import dev.kintsugi.controlplane.dispatch.AttemptEnding.HandedOver;
import dev.kintsugi.controlplane.dispatch.AttemptEnding.Lost;
import dev.kintsugi.controlplane.fleet.FleetNode;
import dev.kintsugi.controlplane.fleet.NodeSight;
import dev.kintsugi.controlplane.queue.Claim;
import dev.kintsugi.controlplane.queue.Lease;
import dev.kintsugi.controlplane.queue.Progress;
import dev.kintsugi.controlplane.recovery.Situations;
import dev.kintsugi.core.dispatch.AttemptWatch;
import dev.kintsugi.core.dispatch.AttemptWatch.Contact;
import dev.kintsugi.core.dispatch.AttemptWatch.Verdict;
import dev.kintsugi.core.dispatch.HandOver;
import dev.kintsugi.core.recovery.Plan;
import dev.kintsugi.protocol.node.AttemptPhase;
import dev.kintsugi.protocol.node.AttemptStatus;
import dev.kintsugi.protocol.node.FailureClass;
import dev.kintsugi.protocol.node.FailureContext;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sees one attempt through while its lease is ours: follows the node, renews the lease, judges the
 * times, fetches the result. All state belongs to the one thread in {@link #see}; its {@link
 * AttemptHelpers} only post signals, so nothing here needs a lock.
 */
final class AttemptRun {

  private final Claim claim;
  private final FleetNode node;
  private final AttemptTools tools;
  private final BlockingQueue<AttemptSignal> signals = new LinkedBlockingQueue<>();
  private final Instant startedAt;
  private final AttemptHelpers helpers;
  private boolean collecting;
  private Progress progress;
  private boolean unreported;
  private Instant nextBeat;
  private Instant lastChange;
  private Instant lastContact;
  private @Nullable Instant silentSince;
  private boolean refused;
  private String silence = "";
  private Plan plan;
  private String note = "";
  private @Nullable Failed encodedAgain;

  AttemptRun(Claim claim, FleetNode node, AttemptTools tools) {
    this.claim = claim;
    this.node = node;
    this.tools = tools;
    this.helpers = new AttemptHelpers(claim, node, tools, signals::add);
    this.startedAt = tools.clock().instant();
    this.nextBeat = startedAt.plus(tools.policy().beat());
    this.lastChange = startedAt;
    this.lastContact = startedAt;
    this.plan = Situations.plan(claim.job(), claim.job().plan());
    this.progress =
        new Progress(AttemptPhase.QUEUED, null, 0, plan.steps(), claim.job().progress());
  }

  /** May be called from any thread. */
  void handOver() {
    signals.add(new AttemptSignal.HandOver());
  }

  /**
   * Runs until the attempt ends here.
   *
   * @param planned what to run
   * @param adopted the attempt is at the node already
   */
  AttemptEnding see(Plan planned, boolean adopted) throws InterruptedException {
    plan = planned;
    progress = new Progress(AttemptPhase.QUEUED, null, 0, plan.steps(), claim.job().progress());
    helpers.follow(planned, adopted);
    try {
      Instant wake = tools.clock().instant();
      while (true) {
        Duration idle = Duration.between(tools.clock().instant(), wake);
        AttemptSignal signal = signals.poll(Math.max(0, idle.toMillis()), TimeUnit.MILLISECONDS);
        Instant now = tools.clock().instant();
        Optional<AttemptEnding> ending = take(signal, now).or(() -> beat(now)).or(() -> watch(now));
        if (ending.isPresent()) {
          return ending.get();
        }
        wake = nextWake(now);
      }
    } finally {
      helpers.stop();
    }
  }

  private Optional<AttemptEnding> take(@Nullable AttemptSignal signal, Instant now) {
    return switch (signal) {
      case null -> Optional.empty();
      case AttemptSignal.Opened() -> {
        contact(now);
        yield Optional.empty();
      }
      case AttemptSignal.Heard(AttemptStatus status) -> {
        contact(now);
        yield hear(status, now);
      }
      case AttemptSignal.Silent(boolean nothingListens, String message) -> {
        silentSince = silentSince == null ? now : silentSince;
        refused = nothingListens;
        silence = message;
        yield Optional.empty();
      }
      case AttemptSignal.Resumed() -> {
        tools.checkpoints().resumed();
        yield Optional.empty();
      }
      case AttemptSignal.Anew(String why) -> {
        tools.checkpoints().refused();
        note = "Begun anew, not from step %d: %s".formatted(resumeStep(), why);
        plan = plan.resumed(null);
        tools.queue().ask(queue -> queue.replan(claim.attemptId(), claim.fence(), plan));
        yield Optional.empty();
      }
      case AttemptSignal.Rejected(FailureClass kind, String message) ->
          Optional.of(failed(kind, message, null));
      case AttemptSignal.Stored(var result) -> Optional.of(new Done(result, encodedAgain));
      case AttemptSignal.NotStored(String message) ->
          Optional.of(failed(FailureClass.UPLOAD_FAILED, message, null));
      case AttemptSignal.HandOver() -> Optional.of(new HandedOver());
    };
  }

  private void contact(Instant now) {
    lastContact = now;
    silentSince = null;
    refused = false;
  }

  private Optional<AttemptEnding> hear(AttemptStatus status, Instant now) {
    AttemptStatus.AttemptError error = status.error();
    if (status.phase() == AttemptPhase.FAILED) {
      if (error != null && error.code() == FailureClass.ENCODE_FAILED && encodedAgain == null) {
        encodedAgain = failed(error.code(), error.message(), error.context());
        helpers.encodeAgain(status.sequence(), error);
        return Optional.empty();
      }
      return Optional.of(
          error == null
              ? failed(FailureClass.INTERNAL, "the node named no cause", null)
              : failed(error.code(), error.message(), error.context()));
    }
    if (status.checkpoint() != null) {
      helpers.keep(status.checkpoint(), plan);
    }
    if (status.phase() == AttemptPhase.COMPLETED) {
      collect(status, now);
      return Optional.empty();
    }
    Progress next =
        new Progress(
            status.phase(), status.expert(), status.step(), status.steps(), status.progress());
    if (!next.equals(progress)) {
      progress = next;
      unreported = true;
      lastChange = now;
    }
    return Optional.empty();
  }

  private int resumeStep() {
    Plan.Checkpoint resume = plan.resume();
    return resume == null ? 0 : resume.step();
  }

  private Failed failed(FailureClass kind, String message, @Nullable FailureContext context) {
    String told = note.isEmpty() ? message : message + " (" + note + ")";
    String expert =
        context != null && context.expert() != null ? context.expert() : progress.expert();
    return new Failed(kind, told, expert, progress.step(), context);
  }

  private void collect(AttemptStatus status, Instant now) {
    if (collecting) {
      return;
    }
    List<AttemptStatus.Artifact> files =
        status.artifacts() == null ? List.of() : status.artifacts();
    if (files.stream().noneMatch(file -> file.variant().equals("video"))) {
      signals.add(new AttemptSignal.NotStored("the node completed without a video"));
      return;
    }
    NodeSight sight = tools.roster().sight(node.nodeId());
    AttemptDetails.Made made =
        new AttemptDetails.Made(
            plan,
            List.of(),
            plan.lite() ? AttemptDetails.modelOf(sight, claim.job(), plan) : claim.job().model(),
            AttemptDetails.version(sight, node, plan),
            Duration.between(startedAt, now),
            note);
    collecting = true;
    helpers.collect(status, files, made);
  }

  /**
   * With the database away the attempt goes on: the lease may be adopted, but never two results.
   */
  private Optional<AttemptEnding> beat(Instant now) {
    if (!unreported && now.isBefore(nextBeat)) {
      return Optional.empty();
    }
    Optional<Lease> answer =
        tools
            .queue()
            .ask(queue -> queue.heartbeat(claim.attemptId(), claim.fence(), progress, now));
    if (answer.isEmpty()) {
      nextBeat = now.plusMillis(250);
      unreported = false;
      return Optional.empty();
    }
    return switch (answer.get()) {
      case Lease.Extended extended -> {
        nextBeat = now.plus(tools.policy().beat());
        unreported = false;
        yield Optional.empty();
      }
      case Lease.Lost(var reason) -> Optional.of(new Lost(reason));
    };
  }

  private Optional<AttemptEnding> watch(Instant now) {
    if (!now.isBefore(lastInstant())) {
      return Optional.of(
          failed(
              FailureClass.TIMEOUT,
              "the job's deadline is reached at step %d of %d"
                  .formatted(progress.step(), progress.steps()),
              null));
    }
    if (handOver(now) instanceof HandOver.Decision.Leave(var reason, var left)) {
      return Optional.of(
          failed(
              FailureClass.NODE_LOST,
              "handed over %d s before the node stops: %s".formatted(left.toSeconds(), reason),
              null));
    }
    return judge(now) instanceof Verdict.GiveUp(var reason, var after)
        ? Optional.of(giveUp(reason, after))
        : Optional.empty();
  }

  /** Null while nobody stops the node, and once the clip is made. */
  private HandOver.@Nullable Decision handOver(Instant now) {
    Instant stopsAt = tools.roster().node(node.nodeId()).map(FleetNode::stopsAt).orElse(null);
    return stopsAt == null || collecting
        ? null
        : HandOver.decide(
            new HandOver.Running(
                stopsAt,
                progress.steps() - progress.step(),
                AttemptDetails.stepSeconds(tools.roster().sight(node.nodeId()), plan)),
            HandOver.Policy.DEFAULT,
            now);
  }

  /** A service with answers of its own gives one in time; a finished clip is still fetched. */
  private Instant lastInstant() {
    if (!tools.recoverer().answersInTime(claim.job())) {
      return Instant.MAX;
    }
    return !collecting ? tools.recoverer().latestEnd(claim.job()) : claim.job().deadline();
  }

  private Instant nextWake(Instant now) {
    Instant judged = judge(now) instanceof Verdict.CarryOn(Instant until) ? until : now;
    Instant last = lastInstant();
    Instant next = judged.isBefore(nextBeat) ? judged : nextBeat;
    // Whether the node stops is news that nobody signals: it is asked for at each beat.
    if (handOver(now) instanceof HandOver.Decision.Finish(Instant until) && until.isBefore(next)) {
      next = until;
    }
    return next.isBefore(last) ? next : last;
  }

  private Verdict judge(Instant now) {
    AttemptWatch.Policy policy = tools.policy().watch();
    Instant changed = !collecting ? lastChange : now;
    return AttemptWatch.judge(
        new AttemptWatch.Times(startedAt, changed, silentSince(), nodeContact()),
        policy.stallBound(AttemptDetails.stepSeconds(tools.roster().sight(node.nodeId()), plan)),
        policy,
        now);
  }

  /** A stream that hangs without breaking looks like a quiet step; the node's status does not. */
  private @Nullable Instant silentSince() {
    if (silentSince != null) {
      return silentSince;
    }
    NodeSight sight = tools.roster().sight(node.nodeId());
    Instant answered = sight.health().lastAnswer();
    if (sight.health().reachable() || answered == null) {
      return null;
    }
    return answered.isAfter(lastContact) ? answered : lastContact;
  }

  private Contact nodeContact() {
    if (tools.roster().node(node.nodeId()).isEmpty()) {
      return Contact.REMOVED;
    }
    return refused ? Contact.REFUSED : Contact.UNKNOWN;
  }

  private Failed giveUp(AttemptWatch.Reason reason, Duration after) {
    double seconds = after.toMillis() / 1000.0;
    return switch (reason) {
      case STALLED ->
          failed(
              FailureClass.STALLED,
              "no change in phase %s for %.1f s".formatted(progress.phase().wireName(), seconds),
              null);
      case TIME_LIMIT ->
          failed(FailureClass.TIMEOUT, "still running after %.1f s".formatted(seconds), null);
      case NODE_SILENT ->
          failed(FailureClass.NODE_LOST, "silent for %.1f s: %s".formatted(seconds, silence), null);
      case NODE_DEAD ->
          failed(FailureClass.NODE_LOST, "the node's process is gone: " + silence, null);
      case NODE_REMOVED -> failed(FailureClass.NODE_LOST, "the node was removed: " + silence, null);
    };
  }
}

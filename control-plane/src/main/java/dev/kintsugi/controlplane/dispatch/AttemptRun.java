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
import dev.kintsugi.core.dispatch.AttemptWatch;
import dev.kintsugi.core.dispatch.AttemptWatch.Contact;
import dev.kintsugi.core.dispatch.AttemptWatch.Verdict;
import dev.kintsugi.protocol.node.AttemptPhase;
import dev.kintsugi.protocol.node.AttemptStatus;
import dev.kintsugi.protocol.node.FailureClass;
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
 * times, fetches the result. All state belongs to the one thread in {@link #see}; the helper
 * threads only post signals, so nothing here needs a lock.
 */
final class AttemptRun {

  private final Claim claim;
  private final FleetNode node;
  private final AttemptTools tools;
  private final BlockingQueue<AttemptSignal> signals = new LinkedBlockingQueue<>();
  private final Instant startedAt;
  private @Nullable Thread collecting;
  private Progress progress;
  private boolean unreported;
  private Instant nextBeat;
  private Instant lastChange;
  private Instant lastContact;
  private @Nullable Instant silentSince;
  private boolean refused;
  private String silence = "";

  AttemptRun(Claim claim, FleetNode node, AttemptTools tools) {
    this.claim = claim;
    this.node = node;
    this.tools = tools;
    this.startedAt = tools.clock().instant();
    this.nextBeat = startedAt.plus(tools.policy().beat());
    this.lastChange = startedAt;
    this.lastContact = startedAt;
    this.progress =
        new Progress(
            AttemptPhase.QUEUED, null, 0, claim.job().parameters().steps(), claim.job().progress());
  }

  /** May be called from any thread. */
  void handOver() {
    signals.add(new AttemptSignal.HandOver());
  }

  /**
   * Runs until the attempt ends here.
   *
   * @param adopted the attempt is at the node already
   */
  AttemptEnding see(boolean adopted) throws InterruptedException {
    Thread follower =
        Thread.ofVirtual().name("follow-" + claim.attemptId()).start(() -> follow(adopted));
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
      follower.interrupt();
      if (collecting != null) {
        collecting.interrupt();
      }
    }
  }

  private void follow(boolean adopted) {
    NodeFollower follower = new NodeFollower(tools.nodes(), node.address(), signals::add);
    try {
      if (adopted) {
        follower.follow(claim.attemptId());
      } else {
        String model = AttemptDetails.modelOf(tools.roster().sight(node.nodeId()), claim.job());
        follower.startAndFollow(
            AttemptDetails.request(claim, model), tools.policy().times().slotPatience());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
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
      case AttemptSignal.Rejected(FailureClass kind, String message) ->
          Optional.of(new Failed(kind, message));
      case AttemptSignal.Stored(var result) -> Optional.of(new Done(result));
      case AttemptSignal.NotStored(String message) ->
          Optional.of(new Failed(FailureClass.UPLOAD_FAILED, message));
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
      return Optional.of(
          error == null
              ? new Failed(FailureClass.INTERNAL, "the node named no cause")
              : new Failed(error.code(), error.message()));
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

  private void collect(AttemptStatus status, Instant now) {
    if (collecting != null) {
      return;
    }
    List<AttemptStatus.Artifact> files =
        status.artifacts() == null ? List.of() : status.artifacts();
    if (files.stream().noneMatch(file -> file.variant().equals("video"))) {
      signals.add(new AttemptSignal.NotStored("the node completed without a video"));
      return;
    }
    NodeSight sight = tools.roster().sight(node.nodeId());
    collecting =
        Thread.ofVirtual()
            .name("collect-" + claim.attemptId())
            .start(() -> collect(status, files, sight, Duration.between(startedAt, now)));
  }

  private void collect(
      AttemptStatus status, List<AttemptStatus.Artifact> files, NodeSight sight, Duration held) {
    try {
      Optional<String> problem =
          tools
              .collector()
              .collect(
                  node.address(), claim.attemptId(), files, tools.policy().times().storePatience());
      if (problem.isPresent()) {
        signals.add(new AttemptSignal.NotStored(problem.get()));
        return;
      }
      var before = tools.queue().await(queue -> queue.attempts(claim.job().id()));
      signals.add(
          new AttemptSignal.Stored(
              AttemptDetails.result(
                  claim,
                  status,
                  before,
                  AttemptDetails.version(sight, node),
                  held,
                  tools.policy().retention())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
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
    return judge(now) instanceof Verdict.GiveUp(var reason, var after)
        ? Optional.of(giveUp(reason, after))
        : Optional.empty();
  }

  private Instant nextWake(Instant now) {
    Instant judged = judge(now) instanceof Verdict.CarryOn(Instant until) ? until : now;
    return judged.isBefore(nextBeat) ? judged : nextBeat;
  }

  private Verdict judge(Instant now) {
    AttemptWatch.Policy policy = tools.policy().watch();
    Instant changed = collecting == null ? lastChange : now;
    return AttemptWatch.judge(
        new AttemptWatch.Times(startedAt, changed, silentSince(), nodeContact()),
        policy.stallBound(
            AttemptDetails.stepSeconds(tools.roster().sight(node.nodeId()), claim.job())),
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
          new Failed(
              FailureClass.STALLED,
              "no change in phase %s for %.1f s".formatted(progress.phase().wireName(), seconds));
      case TIME_LIMIT ->
          new Failed(FailureClass.TIMEOUT, "still running after %.1f s".formatted(seconds));
      case NODE_SILENT ->
          new Failed(FailureClass.NODE_LOST, "silent for %.1f s: %s".formatted(seconds, silence));
      case NODE_DEAD ->
          new Failed(FailureClass.NODE_LOST, "the node's process is gone: " + silence);
      case NODE_REMOVED -> new Failed(FailureClass.NODE_LOST, "the node was removed: " + silence);
    };
  }
}

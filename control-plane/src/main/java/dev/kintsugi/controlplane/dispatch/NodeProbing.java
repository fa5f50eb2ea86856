package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.controlplane.dispatch.NodeException.Refused;
import dev.kintsugi.controlplane.dispatch.NodeException.Unreachable;
import dev.kintsugi.controlplane.fleet.FleetNode;
import dev.kintsugi.controlplane.probe.ProbeResult;
import dev.kintsugi.controlplane.probe.ProbeRunner;
import dev.kintsugi.protocol.digest.Sha256;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.node.AttemptRequest;
import dev.kintsugi.protocol.node.AttemptStatus;
import dev.kintsugi.protocol.node.FailureClass;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs probes at nodes, and makes them give way. */
@Singleton
class NodeProbing implements ProbeRunner {

  private static final Logger LOG = LoggerFactory.getLogger(NodeProbing.class);

  private final NodeClient nodes;
  private final NodeRoster roster;
  private final DispatchBell bell;
  private final DispatchPolicy policy;
  private final Set<String> clearing = ConcurrentHashMap.newKeySet();

  NodeProbing(NodeClient nodes, NodeRoster roster, DispatchBell bell, DispatchPolicy policy) {
    this.nodes = nodes;
    this.roster = roster;
    this.bell = bell;
    this.policy = policy;
  }

  @Override
  public ProbeResult run(FleetNode node, AttemptRequest request, Duration timeout)
      throws InterruptedException {
    long end = System.nanoTime() + timeout.toNanos();
    BlockingQueue<AttemptSignal> signals = new LinkedBlockingQueue<>();
    try {
      nodes.start(node.address(), request);
    } catch (Refused e) {
      return e.code().equals(ErrorCode.NO_FREE_SLOT.wireName())
          ? full(node)
          : leaving(node, ProbeResult.failed(kind(e), "the node refused: " + e.getMessage(), null));
    } catch (Unreachable e) {
      // It may have been begun: following it tells.
      signals.add(new AttemptSignal.Silent(e.refused(), String.valueOf(e.getMessage())));
    }
    NodeFollower follower = new NodeFollower(nodes, node.address(), signals::add);
    Thread following = Thread.ofVirtual().start(() -> follow(follower, request.id()));
    try {
      return leaving(node, outcome(node, request, signals, end));
    } catch (InterruptedException e) {
      Thread.ofVirtual().start(() -> cancel(node, request.id()));
      throw e;
    } finally {
      following.interrupt();
    }
  }

  @Override
  public void ended() {
    bell.ring();
  }

  /**
   * A customer's job needs a slot of the node: whatever probe holds one stops, whoever began it.
   */
  void giveWay(FleetNode node) {
    if (clearing.add(node.nodeId())) {
      Thread.ofVirtual()
          .name("give-way-" + node.nodeId())
          .start(
              () -> {
                try {
                  clear(nodes, node.address(), policy.times().nodeAnswer());
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                } finally {
                  clearing.remove(node.nodeId());
                }
              });
    }
  }

  /**
   * Stops every probe at a node.
   *
   * @param within time the node has to say what it runs
   */
  static void clear(NodeClient nodes, String address, Duration within) throws InterruptedException {
    try {
      for (String id : nodes.status(address, within).running()) {
        if (AttemptRequest.isProbe(id)) {
          LOG.info("{} at {} gives way to a job", id, address);
          nodes.cancel(address, id);
        }
      }
    } catch (NodeException e) {
      LOG.debug("Probes at {} could not be stopped: {}", address, e.getMessage());
    }
  }

  private static void follow(NodeFollower follower, String id) {
    try {
      follower.follow(id);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private ProbeResult outcome(
      FleetNode node, AttemptRequest request, BlockingQueue<AttemptSignal> signals, long end)
      throws InterruptedException {
    String last = "it did not answer";
    while (true) {
      AttemptSignal signal =
          signals.poll(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
      switch (signal) {
        case null -> {
          nodes.tryCancel(node.address(), request.id());
          return ProbeResult.hung("no clip within the timeout: " + last);
        }
        case AttemptSignal.Heard(AttemptStatus status) when status.phase().terminal() -> {
          ProbeResult result = judged(node, status);
          nodes.tryDelete(node.address(), request.id());
          return result;
        }
        case AttemptSignal.Heard(AttemptStatus status) ->
            last =
                "%s, step %d of %d"
                    .formatted(status.phase().wireName(), status.step(), status.steps());
        case AttemptSignal.Silent(boolean _, String message) -> last = message;
        case AttemptSignal.Rejected(FailureClass kind, String message) -> {
          return ProbeResult.failed(kind, message, null);
        }
        default -> {}
      }
    }
  }

  private ProbeResult judged(FleetNode node, AttemptStatus status) throws InterruptedException {
    AttemptStatus.AttemptError error = status.error();
    if (error != null && error.code() == FailureClass.CANCELLED) {
      return ProbeResult.yielded("a customer's job needed the slot");
    }
    if (error != null) {
      return ProbeResult.failed(error.code(), error.message(), error.context());
    }
    List<AttemptStatus.Artifact> files =
        Objects.requireNonNullElseGet(status.artifacts(), List::of);
    for (AttemptStatus.Artifact file : files) {
      if (file.variant().equals("video")) {
        return fetched(node, status.id(), file);
      }
    }
    return ProbeResult.failed(FailureClass.INTERNAL, "the node completed without a video", null);
  }

  private ProbeResult fetched(FleetNode node, String id, AttemptStatus.Artifact file)
      throws InterruptedException {
    try (InputStream body = nodes.content(node.address(), id, file.variant());
        DigestInputStream read = new DigestInputStream(body, Sha256.begin())) {
      read.transferTo(OutputStream.nullOutputStream());
      String found = Sha256.end(read.getMessageDigest());
      return found.equals(file.sha256())
          ? ProbeResult.passed()
          : ProbeResult.failed(
              FailureClass.UPLOAD_FAILED, "the video that was fetched has another digest", null);
    } catch (IOException | NodeException e) {
      return ProbeResult.failed(
          FailureClass.UPLOAD_FAILED, "the video could not be fetched: " + e.getMessage(), null);
    }
  }

  /** A slot that only an earlier probe keeps, long given up, will serve no customer either. */
  private ProbeResult full(FleetNode node) throws InterruptedException {
    try {
      List<String> holders = nodes.status(node.address(), policy.times().nodeAnswer()).running();
      boolean jobs = holders.isEmpty() || !holders.stream().allMatch(AttemptRequest::isProbe);
      return jobs
          ? ProbeResult.yielded("the slot went to a job")
          : ProbeResult.hung("an earlier probe still holds the slot: " + holders);
    } catch (NodeException e) {
      return ProbeResult.yielded("the slot is taken: " + e.getMessage());
    }
  }

  /** What a node does on its way out says nothing of how it works. */
  private ProbeResult leaving(FleetNode node, ProbeResult result) {
    var status = roster.sight(node.nodeId()).status();
    boolean leaves =
        roster.node(node.nodeId()).map(FleetNode::draining).orElse(true)
            || (status != null && status.draining());
    return leaves && result.outcome() == ProbeResult.Outcome.FAILED
        ? ProbeResult.yielded("the node is leaving: " + result.message())
        : result;
  }

  private static FailureClass kind(Refused refusal) {
    return refusal.status() == ErrorCode.UNAVAILABLE.status()
        ? FailureClass.NODE_LOST
        : FailureClass.INTERNAL;
  }

  private void cancel(FleetNode node, String id) {
    try {
      nodes.tryCancel(node.address(), id);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

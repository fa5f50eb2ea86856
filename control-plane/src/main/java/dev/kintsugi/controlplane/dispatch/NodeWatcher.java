package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.controlplane.fleet.FleetNode;
import dev.kintsugi.controlplane.fleet.NodeSight;
import dev.kintsugi.controlplane.probe.ProbeBoard;
import dev.kintsugi.core.dispatch.NodeHealth;
import dev.kintsugi.core.dispatch.OrphanReview;
import dev.kintsugi.protocol.node.AttemptRequest;
import dev.kintsugi.protocol.node.NodeStatus;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks every node of the fleet for its status, and stops what nodes run that no job knows. */
@Singleton
class NodeWatcher {

  private static final Logger LOG = LoggerFactory.getLogger(NodeWatcher.class);

  /** Pause between two looks at the fleet: a new node is found this fast. */
  private static final Duration LOOK = Duration.ofMillis(100);

  private final AttemptTools tools;
  private final AttemptRunner runner;
  private final ProbeBoard probes;
  private final DispatchBell bell;
  private final Map<String, Instant> nextQuestion = new ConcurrentHashMap<>();
  private final Map<String, OrphanReview> orphans = new ConcurrentHashMap<>();
  private final Set<String> asking = ConcurrentHashMap.newKeySet();

  NodeWatcher(AttemptTools tools, AttemptRunner runner, ProbeBoard probes, DispatchBell bell) {
    this.tools = tools;
    this.runner = runner;
    this.probes = probes;
    this.bell = bell;
  }

  /** Runs until interrupted. A slow node delays no other. */
  void run() throws InterruptedException {
    while (true) {
      List<FleetNode> nodes =
          tools.roster().services().stream().flatMap(s -> s.nodes().stream()).toList();
      forgetOthers(nodes);
      Instant now = tools.clock().instant();
      for (FleetNode node : nodes) {
        boolean due = !nextQuestion.getOrDefault(node.nodeId(), now).isAfter(now);
        if (due && asking.add(node.nodeId())) {
          nextQuestion.put(node.nodeId(), now.plus(tools.policy().times().nodePoll()));
          Thread.ofVirtual().name("watch-" + node.nodeId()).start(() -> ask(node));
        }
      }
      TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
    }
  }

  private void forgetOthers(List<FleetNode> nodes) {
    Set<String> ids = nodes.stream().map(FleetNode::nodeId).collect(Collectors.toSet());
    tools.roster().keepOnly(ids);
    nextQuestion.keySet().retainAll(ids);
    orphans.keySet().retainAll(ids);
  }

  private void ask(FleetNode node) {
    try {
      NodeStatus status = tools.nodes().status(node.address(), tools.policy().times().nodeAnswer());
      answered(node, status);
      reviewOrphans(node, status);
    } catch (NodeException e) {
      silent(node, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.error("Watching {} failed by a defect", node.nodeId(), e);
    } finally {
      asking.remove(node.nodeId());
    }
  }

  private void answered(FleetNode node, NodeStatus status) {
    NodeSight before = tools.roster().sight(node.nodeId());
    NodeHealth.Step step =
        before
            .health()
            .answered(status.instance(), tools.policy().health(), tools.clock().instant());
    tools.roster().seen(node.nodeId(), new NodeSight(step.health(), status));
    report(node, step.change(), "instance " + status.instance());
    if (step.change() != NodeHealth.Change.NONE || freed(before.status(), status)) {
      bell.ring();
    }
  }

  private static boolean freed(@Nullable NodeStatus before, NodeStatus now) {
    return before == null || now.freeSlots() > before.freeSlots() || now.warm() != before.warm();
  }

  private void silent(FleetNode node, NodeException cause) {
    NodeSight before = tools.roster().sight(node.nodeId());
    NodeHealth.Step step = before.health().silent(tools.policy().health());
    tools.roster().seen(node.nodeId(), new NodeSight(step.health(), before.status()));
    report(node, step.change(), cause.getMessage());
  }

  private static void report(FleetNode node, NodeHealth.Change change, @Nullable String detail) {
    switch (change) {
      case NONE -> {}
      case CAME_UP -> LOG.info("Node {} is reachable ({})", node.nodeId(), detail);
      case WENT_DOWN -> LOG.warn("Node {} is unreachable: {}", node.nodeId(), detail);
      case RESTARTED -> LOG.warn("Node {} was restarted ({})", node.nodeId(), detail);
    }
  }

  /** The queue is asked only when the node runs something this replica does not hold. */
  private void reviewOrphans(FleetNode node, NodeStatus status) throws InterruptedException {
    if (status.running().stream().anyMatch(AttemptRequest::isProbe)) {
      probes.refresh();
    }
    List<String> foreign =
        status.running().stream()
            .filter(id -> !runner.runs(id) && !probes.holds(node.nodeId(), id))
            .toList();
    if (foreign.isEmpty()) {
      orphans.remove(node.nodeId());
      return;
    }
    Optional<Set<String>> live =
        tools
            .queue()
            .ask(
                queue ->
                    queue.liveOnNode(node.nodeId()).stream()
                        .map(attempt -> attempt.id())
                        .collect(Collectors.toSet()));
    if (live.isEmpty()) {
      return;
    }
    OrphanReview review =
        orphans
            .getOrDefault(node.nodeId(), OrphanReview.NOTHING)
            .next(
                foreign, live.get(), tools.policy().times().orphanGrace(), tools.clock().instant());
    orphans.put(node.nodeId(), review);
    for (String orphan : review.cancel()) {
      LOG.warn("Node {} runs {}, which no job knows: cancelling it", node.nodeId(), orphan);
      tools.nodes().tryCancel(node.address(), orphan);
    }
  }
}

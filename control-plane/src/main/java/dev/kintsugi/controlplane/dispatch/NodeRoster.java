package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.controlplane.fleet.FleetNode;
import dev.kintsugi.controlplane.fleet.FleetRegistry;
import dev.kintsugi.controlplane.fleet.NodeSight;
import dev.kintsugi.controlplane.fleet.NodeSights;
import dev.kintsugi.controlplane.fleet.RegisteredService;
import dev.kintsugi.protocol.node.NodeStatus;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** The nodes as the dispatcher sees them: what the fleet wants of them, and what they say. */
@Singleton
class NodeRoster {

  private final FleetRegistry fleet;
  private final NodeSights sights;
  private final Map<String, Instant> doubted = new ConcurrentHashMap<>();

  NodeRoster(FleetRegistry fleet, NodeSights sights) {
    this.fleet = fleet;
    this.sights = sights;
  }

  List<RegisteredService> services() {
    return fleet.services();
  }

  Optional<FleetNode> node(String nodeId) {
    return fleet.node(nodeId);
  }

  NodeSight sight(String nodeId) {
    return sights.of(nodeId);
  }

  void seen(String nodeId, NodeSight sight) {
    sights.put(nodeId, sight);
  }

  /** Forgets every other node. */
  void keepOnly(Set<String> nodeIds) {
    sights.keepOnly(nodeIds);
    doubted.keySet().retainAll(nodeIds);
  }

  /** The node seems gone: it gets no job before it answers a question asked from here on. */
  void doubt(String nodeId, Instant since) {
    doubted.put(nodeId, since);
  }

  /**
   * Whether the node may get a job now. Its own word decides, not the readiness the operator last
   * pushed: that may be old, while an answer is at most seconds old.
   */
  boolean usable(FleetNode node, Instant now) {
    NodeSight sight = sight(node.nodeId());
    NodeStatus status = sight.status();
    return sight.health().reachable()
        && status != null
        && status.warm()
        && !status.draining()
        && !node.draining()
        && (node.digest() == null || node.digest().equals(status.digest()))
        && heardOf(node.nodeId(), sight);
  }

  /** Whether the node may get a job that failed before: a canary leaves those to stable nodes. */
  boolean usableAgain(FleetNode node, Instant now) {
    return usable(node, now)
        && services().stream()
            .filter(service -> service.key().equals(node.service()))
            .noneMatch(service -> leavesRetries(service, node, now));
  }

  private boolean leavesRetries(RegisteredService service, FleetNode node, Instant now) {
    Lanes lanes = Lanes.of(service.state(), Optional.empty());
    return lanes.isCanary(node.revision())
        && !lanes.notForCanary(usableRevisions(service.nodes(), now)).isEmpty();
  }

  /** Revisions of those nodes that are usable. */
  Set<String> usableRevisions(Collection<FleetNode> nodes, Instant now) {
    return nodes.stream()
        .filter(node -> usable(node, now))
        .map(FleetNode::revision)
        .collect(Collectors.toSet());
  }

  private boolean heardOf(String nodeId, NodeSight sight) {
    Instant since = doubted.get(nodeId);
    Instant answered = sight.health().lastAnswer();
    return since == null || (answered != null && answered.isAfter(since));
  }
}

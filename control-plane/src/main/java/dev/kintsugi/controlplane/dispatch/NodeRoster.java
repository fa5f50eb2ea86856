package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.controlplane.fleet.FleetNode;
import dev.kintsugi.controlplane.fleet.FleetRegistry;
import dev.kintsugi.controlplane.fleet.NodeSight;
import dev.kintsugi.controlplane.fleet.NodeSights;
import dev.kintsugi.controlplane.fleet.RegisteredService;
import dev.kintsugi.controlplane.probe.ProbeBoard;
import dev.kintsugi.core.probe.InDispatch;
import dev.kintsugi.protocol.node.NodeStatus;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The nodes as the dispatcher sees them: what the fleet wants of them, and what they say. */
@Singleton
class NodeRoster {

  private final FleetRegistry fleet;
  private final NodeSights sights;
  private final ProbeBoard probes;
  private final Map<String, Instant> doubted = new ConcurrentHashMap<>();

  NodeRoster(FleetRegistry fleet, NodeSights sights, ProbeBoard probes) {
    this.fleet = fleet;
    this.sights = sights;
    this.probes = probes;
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

  /**
   * Whether the node may get a job that failed before. It does not while better nodes are there,
   * and a canary leaves such a job to the stable nodes that take jobs.
   */
  boolean usableAgain(FleetNode node, Instant now) {
    return services().stream()
        .filter(service -> service.key().equals(node.service()))
        .anyMatch(service -> takesRetries(service, node, now));
  }

  private boolean takesRetries(RegisteredService service, FleetNode node, Instant now) {
    Lanes lanes = Lanes.of(service.state(), Optional.empty());
    List<FleetNode> serving = serving(lanes, service.nodes(), any -> true, now);
    boolean left =
        lanes.isCanary(node.revision()) && !lanes.notForCanary(revisions(serving)).isEmpty();
    return serving.contains(node) && !left;
  }

  /** Revisions that the nodes run. */
  static Set<String> revisions(Collection<FleetNode> nodes) {
    return nodes.stream().map(FleetNode::revision).collect(Collectors.toSet());
  }

  /**
   * The nodes of one service that its jobs may go to. One that carries nothing is no better node:
   * nobody is left out for its sake.
   *
   * @param main whether a node can still run its main model
   */
  List<FleetNode> serving(
      Lanes lanes, Collection<FleetNode> nodes, Predicate<FleetNode> main, Instant now) {
    InDispatch.Choice choice =
        InDispatch.choose(
            nodes.stream()
                .map(
                    node ->
                        new InDispatch.Standing(
                            node.nodeId(),
                            usable(node, now) && lanes.carries(node.revision()),
                            main.test(node),
                            probes.out(node.nodeId())))
                .toList());
    return nodes.stream().filter(node -> choice.nodes().contains(node.nodeId())).toList();
  }

  /** The node made what was asked. */
  void proved(FleetNode node) {
    probes.proved(node);
  }

  private boolean heardOf(String nodeId, NodeSight sight) {
    Instant since = doubted.get(nodeId);
    Instant answered = sight.health().lastAnswer();
    return since == null || (answered != null && answered.isAfter(since));
  }
}

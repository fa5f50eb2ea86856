package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.controlplane.fleet.FleetNode;
import dev.kintsugi.controlplane.fleet.RegisteredService;
import dev.kintsugi.controlplane.probe.ProbeBoard;
import dev.kintsugi.controlplane.probe.Prober;
import dev.kintsugi.core.dispatch.NodeSlots;
import dev.kintsugi.core.probe.ProbeTiming;
import dev.kintsugi.protocol.node.AttemptRequest;
import dev.kintsugi.protocol.node.NodeStatus;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Probes between customers' jobs: they get what slots are left, and give them back on demand. */
@Singleton
class ProbeTurns {

  private final Prober prober;
  private final ProbeBoard board;
  private final NodeProbing probing;
  private final NodeRoster roster;
  private final Duration statusAge;

  ProbeTurns(
      Prober prober,
      ProbeBoard board,
      NodeProbing probing,
      NodeRoster roster,
      DispatchPolicy policy) {
    this.prober = prober;
    this.board = board;
    this.probing = probing;
    this.roster = roster;
    this.statusAge = policy.times().statusAge();
  }

  /**
   * Who wants a node's slots.
   *
   * @param serving customers' jobs may be given to the node
   * @param jobsWait and some wait
   */
  record Demand(boolean serving, boolean jobsWait) {}

  void refresh() {
    board.refresh();
  }

  /** What is left of the slots beside the probes that run there. */
  NodeSlots beside(FleetNode node, NodeSlots slots, Instant now) {
    return new NodeSlots(
        slots.nodeId(),
        slots.revision(),
        slots.usable(),
        slots.slots(),
        slots.busy() + running(node, now).size());
  }

  /** Lets the node be probed if it is its turn. */
  void look(RegisteredService service, FleetNode node, NodeSlots slots, Demand demand) {
    NodeStatus status = roster.sight(node.nodeId()).status();
    if (status != null) {
      prober.look(
          service,
          node,
          status,
          new ProbeTiming.Seat(slots.usable(), slots.free(), demand.serving(), demand.jobsWait()));
    }
  }

  /**
   * Stops as many probes as jobs wait that found no slot.
   *
   * @param serving nodes that could run them
   */
  void giveWay(List<FleetNode> serving, long waiting, Instant now) {
    serving.stream()
        .filter(node -> !running(node, now).isEmpty())
        .limit(Math.max(0, waiting))
        .forEach(probing::giveWay);
  }

  private Set<String> running(FleetNode node, Instant now) {
    Set<String> probes = new HashSet<>(prober.onNode(node.nodeId()));
    NodeStatus status = roster.sight(node.nodeId()).status();
    if (status != null) {
      status.running().stream()
          .filter(AttemptRequest::isProbe)
          .filter(id -> !prober.endedLately(id, statusAge, now))
          .forEach(probes::add);
    }
    return probes;
  }
}

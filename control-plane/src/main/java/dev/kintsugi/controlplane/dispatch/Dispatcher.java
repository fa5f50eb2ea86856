package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.controlplane.cases.ReplayQueue;
import dev.kintsugi.controlplane.fleet.FleetNode;
import dev.kintsugi.controlplane.fleet.RegisteredService;
import dev.kintsugi.controlplane.queue.Audience;
import dev.kintsugi.controlplane.queue.Claim;
import dev.kintsugi.controlplane.queue.ClaimRequest;
import dev.kintsugi.controlplane.queue.QueueSnapshot;
import dev.kintsugi.controlplane.recovery.Situations;
import dev.kintsugi.controlplane.rollout.CanaryGate;
import dev.kintsugi.core.dispatch.NodeSlots;
import dev.kintsugi.core.dispatch.RevisionShare;
import dev.kintsugi.core.dispatch.SlotChoice;
import dev.kintsugi.core.dispatch.SlotChooser;
import dev.kintsugi.protocol.node.AttemptRequest;
import dev.kintsugi.protocol.node.NodeStatus;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Claims waiting jobs for free slots. The queue itself guards the slots of a node against other
 * replicas; what is believed here only saves it futile claims.
 */
@Singleton
class Dispatcher {

  private final AttemptTools tools;
  private final AttemptRunner runner;
  private final ReplayQueue replays;
  private final CanaryGate canaries;
  private final ProbeTurns probes;
  private final DispatchBell bell;
  private final Map<String, ShareTally> tallies = new HashMap<>();

  Dispatcher(
      AttemptTools tools,
      AttemptRunner runner,
      ReplayQueue replays,
      CanaryGate canaries,
      ProbeTurns probes,
      DispatchBell bell) {
    this.tools = tools;
    this.runner = runner;
    this.replays = replays;
    this.canaries = canaries;
    this.probes = probes;
    this.bell = bell;
  }

  /** Runs until interrupted. */
  void run() throws InterruptedException {
    while (true) {
      boolean rung = bell.await(tools.policy().times().poll());
      probes.refresh();
      for (RegisteredService service : tools.roster().services()) {
        round(service, rung);
      }
    }
  }

  /** Fills the free slots of one service. A ring is believed, because the snapshot may be older. */
  private void round(RegisteredService service, boolean rung) {
    Instant now = tools.clock().instant();
    Optional<QueueSnapshot> load = tools.queue().ask(queue -> queue.snapshot(service.key(), now));
    load.ifPresent(tools.metrics()::depth);
    Map<String, FleetNode> nodes =
        service.nodes().stream()
            .collect(Collectors.toMap(FleetNode::nodeId, Function.identity(), (a, b) -> a));
    report(service, nodes.values(), now);
    if (load.isEmpty()) {
      return;
    }
    Lanes lanes = Lanes.of(service.state(), canaries.cut(service));
    List<FleetNode> serving = tools.roster().serving(lanes, nodes.values(), this::runsMain, now);
    boolean heard = bell.heardWaiting(service.key());
    long waiting = Math.max(load.get().depth(), heard ? 1 : 0);
    if (rung || waiting > 0) {
      waiting -= fill(service, lanes, serving, now);
    }
    probes.giveWay(serving, waiting, now);
    nodes.values().forEach(node -> replay(node, now));
    for (FleetNode node : nodes.values()) {
      var demand = new ProbeTurns.Demand(serving.contains(node), waiting > 0);
      probes.look(service, node, slots(node, now), demand);
    }
  }

  /** Returns how many jobs were given to nodes. */
  private int fill(RegisteredService service, Lanes lanes, List<FleetNode> serving, Instant now) {
    ShareTally tally = tallies.computeIfAbsent(service.key(), key -> new ShareTally());
    tally.weights(lanes.weights());
    Set<String> usable = NodeRoster.revisions(serving);
    Set<String> stayAway = lanes.notForCanary(usable);
    Set<String> exhausted = new HashSet<>();
    int given = 0;
    while (choose(serving, exhausted, lanes.shares(tally.shares()), now)
        instanceof SlotChoice.Take take) {
      FleetNode node =
          serving.stream().filter(n -> n.nodeId().equals(take.nodeId())).findFirst().orElseThrow();
      Optional<Claim> claim =
          claim(
              node,
              node.service(),
              lanes.isCanary(take.revision()) ? stayAway : Set.of(),
              lanes.audience(take.revision(), usable));
      if (claim.isPresent()) {
        tally.claimed(take.revision());
        runner.start(claim.get(), node, false);
        given++;
      } else {
        exhausted.add(take.nodeId());
      }
    }
    return given;
  }

  private SlotChoice choose(
      Collection<FleetNode> nodes, Set<String> exhausted, List<RevisionShare> shares, Instant now) {
    List<NodeSlots> slots =
        nodes.stream()
            .filter(node -> !exhausted.contains(node.nodeId()))
            .map(node -> probes.beside(node, slots(node, now), now))
            .toList();
    return SlotChooser.choose(slots, shares);
  }

  private boolean runsMain(FleetNode node) {
    NodeStatus status = tools.roster().sight(node.nodeId()).status();
    return status != null && Situations.runsMain(status);
  }

  /** Gives a slot that no customer's job took to an operator's replay. */
  private void replay(FleetNode node, Instant now) {
    NodeStatus status = tools.roster().sight(node.nodeId()).status();
    for (String name : replays.waitingFor(node, status)) {
      if (probes.beside(node, slots(node, now), now).free() == 0) {
        return;
      }
      claim(node, name, Set.of(), null).ifPresent(claim -> runner.start(claim, node, false));
    }
  }

  /**
   * @param from the queue's name of the service whose jobs are wanted
   * @param notFailedOn jobs that failed on one of these revisions are left to other nodes
   * @param audience whose jobs are wanted; null means everybody's
   */
  private Optional<Claim> claim(
      FleetNode node, String from, Set<String> notFailedOn, @Nullable Audience audience) {
    NodeStatus status = tools.roster().sight(node.nodeId()).status();
    if (status == null) {
      return Optional.empty();
    }
    ClaimRequest request =
        new ClaimRequest(
            from,
            node.revision(),
            node.nodeId(),
            node.spot(),
            status.slots(),
            tools.policy().lease(),
            tools.policy().replica(),
            notFailedOn,
            node.pool(),
            node.usdPerHour() == null ? tools.policy().usdPerHour() : node.usdPerHour(),
            audience);
    return tools
        .queue()
        .ask(queue -> queue.claim(request, tools.clock().instant()))
        .flatMap(claim -> claim);
  }

  /** Slots that jobs occupy: ours by our own count, others' by the node's last word. */
  private NodeSlots slots(FleetNode node, Instant now) {
    NodeStatus status = tools.roster().sight(node.nodeId()).status();
    if (status == null) {
      return new NodeSlots(node.nodeId(), node.revision(), false, 0, 0);
    }
    Set<String> ours = runner.onNode(node.nodeId());
    long others =
        status.running().stream()
            .filter(id -> !ours.contains(id) && !runner.endedLately(id, now))
            .filter(id -> !AttemptRequest.isProbe(id))
            .count();
    return new NodeSlots(
        node.nodeId(),
        node.revision(),
        tools.roster().usable(node, now),
        status.slots(),
        ours.size() + (int) others);
  }

  private void report(RegisteredService service, Collection<FleetNode> nodes, Instant now) {
    long free = 0;
    long busy = 0;
    for (FleetNode node : nodes) {
      if (tools.roster().sight(node.nodeId()).health().reachable()) {
        NodeSlots slots = slots(node, now);
        free += slots.free();
        busy += slots.busy();
      }
    }
    tools.metrics().slots(service.key(), free, busy);
  }
}

package dev.kintsugi.controlplane.rollout;

import dev.kintsugi.controlplane.fleet.NodeSights;
import dev.kintsugi.controlplane.fleet.RegisteredService;
import dev.kintsugi.core.rollout.Hold;
import dev.kintsugi.protocol.node.FaultStatus;
import dev.kintsugi.protocol.node.NodeStatus;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * Holds the rollouts of a service while a fault is armed on one of its nodes: what jobs come to
 * then tells of the drill.
 */
@Singleton
final class DrillHold implements RolloutHolds {

  private final NodeSights sights;

  DrillHold(NodeSights sights) {
    this.sights = sights;
  }

  @Override
  public List<Hold> holds(RegisteredService service, Instant now) {
    boolean drill =
        service.nodes().stream()
            .map(node -> sights.of(node.nodeId()).status())
            .filter(Objects::nonNull)
            .map(NodeStatus::faults)
            .flatMap(List::stream)
            .anyMatch(fault -> armed(fault, now));
    return drill ? List.of(Hold.DRILL_RUNNING) : List.of();
  }

  /** Also by the clock: a node that was last seen long ago does not hold for ever. */
  private static boolean armed(FaultStatus fault, Instant now) {
    return fault.endedAt() == null && now.isBefore(fault.endsAt());
  }
}

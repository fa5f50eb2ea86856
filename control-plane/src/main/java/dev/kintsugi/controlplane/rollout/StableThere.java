package dev.kintsugi.controlplane.rollout;

import dev.kintsugi.controlplane.fleet.FleetNode;
import dev.kintsugi.controlplane.fleet.NodeSights;
import dev.kintsugi.controlplane.fleet.RegisteredService;
import dev.kintsugi.core.rollout.Hold;
import dev.kintsugi.protocol.fleet.ServiceState;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;

/** Holds a rollout while no node of its stable version answers: there is nothing to go back to. */
@Singleton
final class StableThere implements RolloutHolds {

  private final NodeSights sights;

  StableThere(NodeSights sights) {
    this.sights = sights;
  }

  @Override
  public List<Hold> holds(RegisteredService service, Instant now) {
    ServiceState.Rollout rollout = service.state().rollout();
    boolean there =
        rollout == null
            || service.nodes().stream()
                .filter(node -> node.revision().equals(rollout.stable()))
                .anyMatch(this::answers);
    return there ? List.of() : List.of(Hold.STABLE_UNAVAILABLE);
  }

  private boolean answers(FleetNode node) {
    return sights.of(node.nodeId()).health().reachable();
  }
}

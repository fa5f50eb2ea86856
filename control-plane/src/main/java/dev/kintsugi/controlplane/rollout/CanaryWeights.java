package dev.kintsugi.controlplane.rollout;

import dev.kintsugi.controlplane.fleet.FleetNode;
import dev.kintsugi.controlplane.fleet.NodeSights;
import dev.kintsugi.controlplane.fleet.RegisteredService;
import dev.kintsugi.core.rollout.WeightsReview;
import dev.kintsugi.protocol.fleet.ServiceState;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;

/** What weights the nodes of a canary have, by their own word. */
@Singleton
final class CanaryWeights {

  private final NodeSights sights;

  CanaryWeights(NodeSights sights) {
    this.sights = sights;
  }

  /** See {@link WeightsReview#wrong}. */
  Optional<String> wrong(RegisteredService service, ServiceState.Rollout rollout) {
    List<WeightsReview.Node> loaded =
        service.nodes().stream()
            .filter(node -> node.revision().equals(rollout.canary()) && !node.draining())
            .flatMap(node -> loaded(node).stream())
            .toList();
    return WeightsReview.wrong(loaded);
  }

  private Optional<WeightsReview.Node> loaded(FleetNode node) {
    var sight = sights.of(node.nodeId());
    var status = sight.status();
    return node.digest() == null || status == null || !status.warm() || !sight.health().reachable()
        ? Optional.empty()
        : Optional.of(new WeightsReview.Node(node.nodeId(), node.digest(), status.digest()));
  }
}

package dev.kintsugi.controlplane.fleet;

import java.util.List;
import java.util.Optional;

/** The services in force, from memory: what was last known holds while everything else is away. */
public interface FleetRegistry {

  /** Every service, ordered by {@link RegisteredService#key}. */
  List<RegisteredService> services();

  /** A node by its id, whichever service it belongs to. */
  default Optional<FleetNode> node(String nodeId) {
    return services().stream()
        .flatMap(service -> service.nodes().stream())
        .filter(node -> node.nodeId().equals(nodeId))
        .findFirst();
  }
}

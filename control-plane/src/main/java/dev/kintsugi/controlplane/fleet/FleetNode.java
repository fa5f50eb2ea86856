package dev.kintsugi.controlplane.fleet;

import dev.kintsugi.protocol.fleet.ServiceState;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One node of one service, as the fleet's desired state names it.
 *
 * @param service {@code namespace/name}
 * @param nodeId {@code namespace/podName}, or the bare name from static configuration
 * @param revision the node's revision
 * @param address base URL
 * @param digest the revision is pinned to; null where unpinned
 * @param draining the operator wants no new job on it
 * @param stopsAt when it is stopped whatever runs on it; null while nobody said so
 * @param usdPerHour price of one of its slots; null where the service has none
 */
public record FleetNode(
    String service,
    String nodeId,
    String revision,
    boolean spot,
    String address,
    @Nullable String digest,
    boolean draining,
    @Nullable Instant stopsAt,
    String pool,
    @Nullable Double usdPerHour) {

  static FleetNode of(
      String service,
      String nodeId,
      ServiceState.Node node,
      @Nullable String digest,
      ServiceState.@Nullable Price price) {
    return new FleetNode(
        service,
        nodeId,
        node.revision(),
        node.spot(),
        node.address(),
        digest,
        node.draining(),
        node.stopAt() == null ? null : Instant.parse(node.stopAt()),
        node.pool(),
        price == null ? null : price.usdPerHour(node.spot()));
  }
}

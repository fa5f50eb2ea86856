package dev.kintsugi.controlplane.fleet;

import dev.kintsugi.core.dispatch.NodeHealth;
import dev.kintsugi.protocol.node.NodeStatus;
import org.jspecify.annotations.Nullable;

/**
 * What this replica last saw of a node.
 *
 * @param status its last answer, however old; null before the first
 */
public record NodeSight(NodeHealth health, @Nullable NodeStatus status) {

  public static final NodeSight NONE = new NodeSight(NodeHealth.unknown(), null);
}

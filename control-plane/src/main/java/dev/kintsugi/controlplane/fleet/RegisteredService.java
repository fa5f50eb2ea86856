package dev.kintsugi.controlplane.fleet;

import dev.kintsugi.core.recovery.Rung;
import dev.kintsugi.protocol.fleet.ServiceState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A service in force.
 *
 * @param fixed from static configuration: its nodes are named without a namespace
 */
public record RegisteredService(String namespace, String name, ServiceState state, boolean fixed) {

  /** {@code namespace/name}, the queue's name of it. */
  public String key() {
    return namespace + "/" + name;
  }

  public List<FleetNode> nodes() {
    return state.nodes().stream()
        .map(
            node ->
                FleetNode.of(
                    key(), nodeId(node.name()), node, digest(node.revision()), state.price()))
        .toList();
  }

  /** True when the tenant may use the service. */
  public boolean open(String tenant) {
    return state.tenants().isEmpty() || state.tenants().contains(tenant);
  }

  /** Steps of the recovery ladder in the order they are tried. */
  public List<Rung> ladder() {
    List<String> steps = state.ladder();
    return steps == null
        ? Rung.LADDER
        : steps.stream().flatMap(step -> Rung.step(step).stream()).toList();
  }

  private String nodeId(String nodeName) {
    return fixed ? nodeName : namespace + "/" + nodeName;
  }

  private @Nullable String digest(String revision) {
    return state.revisions().stream()
        .filter(r -> r.name().equals(revision))
        .findFirst()
        .map(ServiceState.Revision::digest)
        .orElse(null);
  }
}

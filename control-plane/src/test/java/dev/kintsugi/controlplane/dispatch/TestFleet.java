package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.controlplane.fleet.FleetRegistry;
import dev.kintsugi.controlplane.fleet.RegisteredService;
import dev.kintsugi.controlplane.testkit.FakeInferenceNode;
import dev.kintsugi.controlplane.testkit.TestJobs;
import dev.kintsugi.protocol.fleet.ServiceState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A fleet that a test changes as it likes; the service of {@link TestJobs}. */
final class TestFleet implements FleetRegistry {

  private final Map<String, Integer> weights = new TreeMap<>(Map.of("r1", 100));
  private final List<ServiceState.Node> nodes = new ArrayList<>();
  private @Nullable List<String> ladder;
  private ServiceState.@Nullable Rollout rollout;
  private ServiceState.@Nullable Probe probe;
  private volatile List<RegisteredService> services = List.of();

  @Override
  public List<RegisteredService> services() {
    return services;
  }

  synchronized TestFleet node(String name, FakeInferenceNode node) {
    return node(name, node, "r1", false);
  }

  synchronized TestFleet node(
      String name, FakeInferenceNode node, String revision, boolean draining) {
    nodes.removeIf(known -> known.name().equals(name));
    nodes.add(new ServiceState.Node(name, revision, "main", false, node.address(), true, draining));
    return publish();
  }

  /** A notice that the node is stopped. */
  synchronized TestFleet stops(String name, Instant at) {
    nodes.replaceAll(
        node ->
            node.name().equals(name)
                ? new ServiceState.Node(
                    name,
                    node.revision(),
                    node.pool(),
                    true,
                    node.address(),
                    node.ready(),
                    true,
                    at.toString())
                : node);
    return publish();
  }

  synchronized TestFleet remove(String name) {
    nodes.removeIf(known -> known.name().equals(name));
    return publish();
  }

  synchronized TestFleet weight(String revision, int weight) {
    weights.put(revision, weight);
    return publish();
  }

  synchronized TestFleet rollout(String stable, String canary) {
    return rollout(stable, canary, null);
  }

  /** A rollout from r1 to r2 that divides customers. */
  synchronized TestFleet sticky(String by) {
    return rollout("r1", "r2", by);
  }

  private TestFleet rollout(String stable, String canary, @Nullable String sticky) {
    rollout =
        new ServiceState.Rollout(
            "demo-2",
            stable,
            canary,
            0,
            5,
            0.01,
            0.05,
            0.1,
            0.25,
            3600,
            "2026-06-01T12:00:00Z",
            false,
            0,
            sticky,
            null);
    return publish();
  }

  /** Steps of the recovery ladder by wire name; none switches it off. */
  synchronized TestFleet ladder(String... steps) {
    ladder = List.of(steps);
    return publish();
  }

  /** Nodes are probed so, or not at all. */
  synchronized TestFleet probe(ServiceState.@Nullable Probe asked) {
    probe = asked;
    return publish();
  }

  private TestFleet publish() {
    String[] service = TestJobs.SERVICE.split("/");
    services =
        List.of(
            new RegisteredService(
                service[0],
                service[1],
                new ServiceState(
                    "uid",
                    1,
                    0,
                    "wan-tiny",
                    600,
                    List.of(),
                    weights.entrySet().stream()
                        .map(w -> new ServiceState.Revision(w.getKey(), "1.0", null, w.getValue()))
                        .toList(),
                    List.copyOf(nodes),
                    ladder,
                    rollout,
                    null,
                    null,
                    probe,
                    null),
                false));
    return this;
  }
}

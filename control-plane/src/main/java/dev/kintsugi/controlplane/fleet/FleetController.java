package dev.kintsugi.controlplane.fleet;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.fleet.FleetStore.Push;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.queue.QueueSnapshot;
import dev.kintsugi.core.dispatch.FleetVersion.Acceptance;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.fleet.ServiceEvidence;
import dev.kintsugi.protocol.fleet.ServiceEvidence.NodeEvidence;
import dev.kintsugi.protocol.fleet.ServiceState;
import dev.kintsugi.protocol.node.NodeStatus;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Put;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Hidden;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Operators push desired state and read evidence. Not part of the public API: the records of {@code
 * dev.kintsugi.protocol.fleet} are its contract.
 */
@Hidden
@Controller("/fleet/v1/services")
@ExecuteOn(TaskExecutors.BLOCKING)
final class FleetController {

  private final FleetStore store;
  private final StoredFleet fleet;
  private final NodeSights sights;
  private final NodeProbes probes;
  private final JobQueue queue;
  private final RolloutReports rollouts;
  private final Clock clock;

  FleetController(
      FleetStore store,
      StoredFleet fleet,
      NodeSights sights,
      NodeProbes probes,
      JobQueue queue,
      RolloutReports rollouts,
      Clock clock) {
    this.store = store;
    this.fleet = fleet;
    this.sights = sights;
    this.probes = probes;
    this.queue = queue;
    this.rollouts = rollouts;
    this.clock = clock;
  }

  /** Every service in force, with its evidence, by {@code namespace/name}. */
  @Get
  Map<String, List<Map<String, Object>>> list() {
    return Map.of(
        "services",
        fleet.services().stream()
            .map(
                service ->
                    Map.<String, Object>of(
                        "namespace", service.namespace(),
                        "name", service.name(),
                        "evidence", evidence(service)))
            .toList());
  }

  @Get("/{namespace}/{name}")
  ServiceEvidence get(String namespace, String name) {
    return evidence(find(namespace, name));
  }

  /** Puts a state in force; repeating a push changes nothing, an older one is refused. */
  @Put("/{namespace}/{name}")
  ServiceEvidence put(String namespace, String name, @Body ServiceState state) {
    refuseFixed(namespace, name);
    List<String> problems = ServiceStateRules.problems(namespace, name, state);
    if (!problems.isEmpty()) {
      throw ApiException.of(
          ErrorCode.INVALID_VALUE,
          "The service state is not valid: " + String.join("; ", problems));
    }
    Push push = store.put(namespace, name, state, clock.instant());
    if (push.acceptance() == Acceptance.STALE) {
      throw ApiException.of(ErrorCode.STALE_GENERATION, stale(state, push));
    }
    fleet.refresh();
    return evidence(find(namespace, name));
  }

  /** Forgets a service; repeating it changes nothing. */
  @Delete("/{namespace}/{name}")
  HttpResponse<?> delete(String namespace, String name, @QueryValue @Nullable String uid) {
    refuseFixed(namespace, name);
    store.delete(namespace, name, uid, clock.instant());
    fleet.refresh();
    return HttpResponse.noContent();
  }

  private static String stale(ServiceState state, Push push) {
    return "uid %s generation %d sequence %d is not newer than uid %s generation %d sequence %d, or the service was deleted."
        .formatted(
            state.uid(),
            state.generation(),
            state.sequence(),
            push.inForce().uid(),
            push.inForce().generation(),
            push.inForce().sequence());
  }

  private RegisteredService find(String namespace, String name) {
    String key = namespace + "/" + name;
    return fleet.services().stream()
        .filter(service -> service.key().equals(key))
        .findFirst()
        .orElseThrow(
            () -> ApiException.of(ErrorCode.NOT_FOUND, "There is no service " + key + "."));
  }

  private void refuseFixed(String namespace, String name) {
    String key = namespace + "/" + name;
    if (fleet.services().stream().anyMatch(s -> s.fixed() && s.key().equals(key))) {
      throw ApiException.of(
          ErrorCode.INVALID_REQUEST,
          "Service " + key + " is set by configuration (kintsugi.services) and cannot be pushed.");
    }
  }

  private ServiceEvidence evidence(RegisteredService service) {
    Instant now = clock.instant();
    QueueSnapshot load = queue.snapshot(service.key(), now);
    ServiceState state = service.state();
    return new ServiceEvidence(
        state.uid(),
        state.generation(),
        state.sequence(),
        load.depth(),
        load.running().jobs(),
        service.nodes().stream().map(node -> evidence(service, node)).toList(),
        rollouts.of(service).orElse(null));
  }

  /** Running attempts are asked of the queue, not guessed: 0 lets the operator remove the node. */
  private NodeEvidence evidence(RegisteredService service, FleetNode node) {
    NodeSight sight = sights.of(node.nodeId());
    NodeStatus status = sight.status();
    String name =
        service.fixed() ? node.nodeId() : node.nodeId().substring(service.namespace().length() + 1);
    return new NodeEvidence(
        name,
        sight.health().reachable(),
        status == null ? 0 : status.slots(),
        queue.liveOnNode(node.nodeId()).size(),
        probes.evidence(node.nodeId()).orElse(null),
        status == null || !sight.health().reachable() ? null : status.notReadyReason());
  }
}

package dev.kintsugi.controlplane.slo;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.fleet.FleetNode;
import dev.kintsugi.controlplane.fleet.FleetRegistry;
import dev.kintsugi.controlplane.fleet.NodeSight;
import dev.kintsugi.controlplane.fleet.NodeSights;
import dev.kintsugi.core.slo.Event;
import dev.kintsugi.core.slo.Indicator.Kind;
import dev.kintsugi.core.slo.StepPace;
import dev.kintsugi.protocol.node.NodeStatus;
import io.micronaut.context.annotation.Requires;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Samples the indicators that are not of jobs: from what nodes said last, and from Prometheus. What
 * cannot be seen is not counted, so that silence becomes unknown and never good.
 */
@Singleton
@Requires(notEnv = "command")
final class Looks {

  private static final Logger LOG = LoggerFactory.getLogger(Looks.class);
  private static final int PERCENT = 100;

  private final ObjectiveStore objectives;
  private final FleetRegistry fleet;
  private final NodeSights sights;
  private final PrometheusClient prometheus;
  private final SloSettings settings;
  private final Clock clock;
  private final Map<String, StepPace> paces = new ConcurrentHashMap<>();

  Looks(
      ObjectiveStore objectives,
      FleetRegistry fleet,
      NodeSights sights,
      PrometheusClient prometheus,
      SloSettings settings,
      Clock clock) {
    this.objectives = objectives;
    this.fleet = fleet;
    this.sights = sights;
    this.prometheus = prometheus;
    this.settings = settings;
    this.clock = clock;
  }

  private record Seen(FleetNode node, NodeStatus status) {}

  @Scheduled(initialDelay = "5s", fixedDelay = "${kintsugi.slo.look-every:15s}")
  void look() {
    try {
      for (StoredObjective objective : objectives.all()) {
        if (objective.objective().indicator().kind().sampled()) {
          look(objective, clock.instant());
        }
      }
    } catch (DatabaseUnavailableException away) {
      LOG.debug("Nothing is sampled now: {}", away.getMessage());
    }
  }

  private void look(StoredObjective objective, Instant now) {
    Batch batch = new Batch();
    Kind kind = objective.objective().indicator().kind();
    if (kind == Kind.PROMETHEUS) {
      prometheus
          .ask(String.valueOf(objective.pushed().query()))
          .ifPresent(value -> batch.add(objective, Event.of(objective.objective(), value), now));
    } else if (kind == Kind.AVAILABILITY) {
      available(objective.service())
          .ifPresent(up -> batch.add(objective, new Event(up ? 0 : 1, null), now));
    } else {
      List<Seen> seen = seen(objective.service());
      StepPace pace = paces.computeIfAbsent(objective.service(), _ -> new StepPace());
      pace.learn(seen.stream().map(one -> one.status().stepSeconds()).toList());
      for (Seen one : seen) {
        value(kind, one.status(), pace)
            .ifPresent(
                value ->
                    batch.add(objective, Event.of(objective.objective(), value), one.node(), now));
      }
    }
    if (batch.events() > 0) {
      // A little early counts as in time: the schedules of replicas drift.
      objectives.look(objective, batch, now, settings.lookEvery().dividedBy(2));
    }
  }

  /** Empty while the fleet has no such service. */
  private Optional<Boolean> available(String service) {
    return fleet.services().stream()
        .filter(known -> known.key().equals(service))
        .findFirst()
        .map(
            known ->
                !seen(service).stream().filter(one -> takesWork(one.status())).toList().isEmpty());
  }

  private static boolean takesWork(NodeStatus status) {
    return status.warm() && !status.draining();
  }

  private List<Seen> seen(String service) {
    return fleet.services().stream()
        .filter(known -> known.key().equals(service))
        .flatMap(known -> known.nodes().stream())
        .flatMap(node -> seen(node).stream())
        .toList();
  }

  private Optional<Seen> seen(FleetNode node) {
    NodeSight sight = sights.of(node.nodeId());
    NodeStatus status = sight.status();
    return status == null || !sight.health().reachable()
        ? Optional.empty()
        : Optional.of(new Seen(node, status));
  }

  private static OptionalDouble value(Kind kind, NodeStatus status, StepPace pace) {
    NodeStatus.DeviceReadings device = status.device();
    return switch (kind) {
      case GPU_UTILIZATION ->
          status.running().isEmpty()
              ? OptionalDouble.empty()
              : OptionalDouble.of(device.utilization() * PERCENT);
      case GPU_MEMORY ->
          device.memoryTotalBytes() <= 0
              ? OptionalDouble.empty()
              : OptionalDouble.of(
                  (double) device.memoryUsedBytes() / device.memoryTotalBytes() * PERCENT);
      case STEP_RATE_DROP -> pace.dropPercent(status.stepSeconds());
      default -> OptionalDouble.empty();
    };
  }
}

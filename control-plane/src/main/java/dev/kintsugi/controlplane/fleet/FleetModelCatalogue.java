package dev.kintsugi.controlplane.fleet;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.protocol.node.NodeStatus;
import io.micronaut.context.annotation.Value;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The models behind the fleet's services, with what their nodes last reported. */
@Singleton
final class FleetModelCatalogue implements ModelCatalogue {

  private static final Logger LOG = LoggerFactory.getLogger(FleetModelCatalogue.class);

  private final StoredFleet fleet;
  private final NodeSights sights;
  private final FleetStore store;
  private final long queueLimit;

  FleetModelCatalogue(
      StoredFleet fleet,
      NodeSights sights,
      FleetStore store,
      @Value("${kintsugi.queue.limit:10000}") long queueLimit) {
    this.fleet = fleet;
    this.sights = sights;
    this.store = store;
    this.queueLimit = queueLimit;
  }

  @Override
  public Optional<ServedModel> find(String tenant, @Nullable String model) {
    return fleet.services().stream()
        .filter(service -> service.open(tenant))
        .filter(service -> model == null || service.state().model().equals(model))
        .findFirst()
        .map(this::served);
  }

  @Override
  public List<ServedModel> list(String tenant) {
    return fleet.services().stream()
        .filter(service -> service.open(tenant))
        .map(this::served)
        .toList();
  }

  /** Keeps what nodes report for the next start, when they may all be starting too. */
  @Scheduled(fixedDelay = "2s")
  void keepReports() {
    try {
      for (RegisteredService service : fleet.services()) {
        Optional<ModelReport> now = current(service);
        if (now.isPresent() && !now.get().equals(fleet.reports().get(service.key()))) {
          store.keep(service.key(), now.get());
          fleet.reports().put(service.key(), now.get());
        }
      }
    } catch (DatabaseUnavailableException e) {
      LOG.debug("Model reports are kept later: {}", e.getMessage());
    }
  }

  private ServedModel served(RegisteredService service) {
    List<NodeStatus> reachable = reachable(service);
    Optional<ModelReport> report =
        ModelReport.of(reachable).or(() -> Optional.ofNullable(fleet.reports().get(service.key())));
    return new ServedModel(
        service.key(),
        service.state().model(),
        report.map(ModelReport::limits).orElse(null),
        Duration.ofSeconds(service.state().deadlineSeconds()),
        queueLimit,
        reachable.stream().filter(NodeStatus::warm).mapToInt(NodeStatus::slots).sum(),
        report.map(ModelReport::stepSeconds).orElse(Map.of()));
  }

  private Optional<ModelReport> current(RegisteredService service) {
    return ModelReport.of(reachable(service));
  }

  private List<NodeStatus> reachable(RegisteredService service) {
    return service.nodes().stream()
        .map(node -> sights.of(node.nodeId()))
        .filter(sight -> sight.health().reachable())
        .flatMap(sight -> Optional.ofNullable(sight.status()).stream())
        // A node that has not read its model yet reports zeros.
        .filter(status -> status.limits().maxFrames() > 0)
        .toList();
  }
}

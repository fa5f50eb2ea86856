package dev.kintsugi.controlplane.probe;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.fleet.FleetNode;
import dev.kintsugi.controlplane.fleet.FleetRegistry;
import dev.kintsugi.controlplane.fleet.NodeProbes;
import dev.kintsugi.controlplane.fleet.RegisteredService;
import dev.kintsugi.core.probe.ProbeHistory;
import dev.kintsugi.core.probe.ProbePolicy;
import dev.kintsugi.protocol.fleet.ServiceEvidence.ProbeEvidence;
import dev.kintsugi.protocol.fleet.ServiceState;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this replica knows of every probed node: half a second old at most, older while the database
 * is away. Nodes of services that are not probed are not on it, so nothing keeps them from their
 * jobs.
 */
@Singleton
public class ProbeBoard implements NodeProbes {

  private static final Logger LOG = LoggerFactory.getLogger(ProbeBoard.class);
  private static final Duration FRESH = Duration.ofMillis(500);
  private static final Duration KEPT = Duration.ofDays(1);
  private static final Duration TIDIED = Duration.ofHours(1);

  /** A node proves itself with each job; this part of the interval is often enough to write. */
  private static final int PROOFS_PER_INTERVAL = 4;

  private final ProbeStore store;
  private final FleetRegistry fleet;
  private final ProbeMetrics metrics;
  private final Clock clock;
  private final Map<String, StoredProbe> byNode = new ConcurrentHashMap<>();
  private @Nullable Instant readAt;
  private @Nullable Instant tidiedAt;

  ProbeBoard(ProbeStore store, FleetRegistry fleet, ProbeMetrics metrics, Clock clock) {
    this.store = store;
    this.fleet = fleet;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** How the nodes of a service are probed; empty when they are not. */
  static Optional<ProbePolicy> policy(RegisteredService service) {
    ServiceState.Probe probe = service.state().probe();
    return probe == null
        ? Optional.empty()
        : Optional.of(
            new ProbePolicy(
                Duration.ofSeconds(probe.intervalSeconds()),
                Duration.ofSeconds(probe.timeoutSeconds()),
                probe.failures()));
  }

  /** The node fails its probes. */
  public boolean out(String nodeId) {
    StoredProbe probe = byNode.get(nodeId);
    return probe != null && probe.history().out();
  }

  /** A replica, this or another, is running this probe. */
  public boolean holds(String nodeId, String attemptId) {
    StoredProbe probe = byNode.get(nodeId);
    return probe != null && attemptId.equals(probe.attemptId()) && probe.held(clock.instant());
  }

  /** The node completed a customer's job as asked. */
  public void proved(FleetNode node) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    StoredProbe known = byNode.get(node.nodeId());
    if (known == null || fresh(known.history(), node.service(), now)) {
      return;
    }
    try {
      store
          .proven(node.nodeId(), now)
          .ifPresent(
              changed -> {
                put(changed.probe());
                if (changed.change() == ProbeHistory.Change.BACK) {
                  LOG.info("{} is in dispatch again: it completed a job", node.nodeId());
                }
              });
    } catch (DatabaseUnavailableException e) {
      LOG.debug("{} will be probed although it completed a job: {}", node.nodeId(), e.getMessage());
    }
  }

  @Override
  public Optional<ProbeEvidence> evidence(String nodeId) {
    return Optional.ofNullable(byNode.get(nodeId))
        .map(
            probe ->
                new ProbeEvidence(
                    probe.history().failures(),
                    text(probe.history().outSince()),
                    text(probe.endedAt()),
                    probe.outcome() == null ? null : probe.outcome().wireName(),
                    probe.message(),
                    text(probe.history().provenAt())));
  }

  /** Reads again what is older than that. */
  public synchronized void refresh() {
    Instant now = clock.instant();
    if (readAt != null && now.isBefore(readAt.plus(FRESH))) {
      return;
    }
    readAt = now;
    Set<String> probed =
        fleet.services().stream()
            .filter(service -> service.state().probe() != null)
            .flatMap(service -> service.nodes().stream())
            .map(FleetNode::nodeId)
            .collect(Collectors.toSet());
    try {
      if (!probed.isEmpty()) {
        store.all().stream().filter(p -> probed.contains(p.nodeId())).forEach(this::put);
        tidy(now);
      }
    } catch (DatabaseUnavailableException e) {
      LOG.debug("What is known of probes holds: {}", e.getMessage());
    }
    byNode.keySet().retainAll(probed);
    metrics.show(byNode.values());
  }

  Optional<StoredProbe> of(String nodeId) {
    return Optional.ofNullable(byNode.get(nodeId));
  }

  void put(StoredProbe probe) {
    byNode.put(probe.nodeId(), probe);
  }

  private void tidy(Instant now) {
    if (tidiedAt == null || !now.isBefore(tidiedAt.plus(TIDIED))) {
      tidiedAt = now;
      store.forget(now.minus(KEPT));
    }
  }

  private boolean fresh(ProbeHistory history, String service, Instant now) {
    Instant proven = history.provenAt();
    if (proven == null || history.failures() > 0) {
      return false;
    }
    return fleet.services().stream()
        .filter(s -> s.key().equals(service))
        .findFirst()
        .flatMap(ProbeBoard::policy)
        .map(policy -> policy.interval().dividedBy(PROOFS_PER_INTERVAL))
        .filter(part -> now.isBefore(proven.plus(part)))
        .isPresent();
  }

  private static @Nullable String text(@Nullable Instant at) {
    return at == null ? null : at.toString();
  }
}

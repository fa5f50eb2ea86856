package dev.kintsugi.controlplane.probe;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.fleet.FleetNode;
import dev.kintsugi.controlplane.fleet.RegisteredService;
import dev.kintsugi.core.probe.ProbeDecision;
import dev.kintsugi.core.probe.ProbeHistory;
import dev.kintsugi.core.probe.ProbePolicy;
import dev.kintsugi.core.probe.ProbeTiming;
import dev.kintsugi.protocol.fleet.ServiceState;
import dev.kintsugi.protocol.node.AttemptRequest;
import dev.kintsugi.protocol.node.NodeStatus;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes nodes when they are due. A probe is no job: no queue, quota, customer or SLO knows of it.
 * One replica alone runs it, the one that took the node's row.
 */
@Singleton
public class Prober {

  private static final Logger LOG = LoggerFactory.getLogger(Prober.class);

  /** What starting, fetching and writing down may take beside the probe itself. */
  private static final Duration MARGIN = Duration.ofSeconds(15);

  private final ProbeBoard board;
  private final ProbeStore store;
  private final ProbeRunner runner;
  private final ProbeCases cases;
  private final ProbeMetrics metrics;
  private final Clock clock;
  private final RandomGenerator random = RandomGenerator.getDefault();
  private final Map<String, Running> running = new ConcurrentHashMap<>();
  private final Map<String, Instant> ended = new ConcurrentHashMap<>();
  private volatile boolean stopping;

  private record Running(String nodeId, Thread thread) {}

  /** A probe that is about to be run. */
  private record Task(
      RegisteredService service, FleetNode node, ProbePolicy policy, AttemptRequest request) {}

  Prober(
      ProbeBoard board,
      ProbeStore store,
      ProbeRunner runner,
      ProbeCases cases,
      ProbeMetrics metrics,
      Clock clock) {
    this.board = board;
    this.store = store;
    this.runner = runner;
    this.cases = cases;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** Probes the node in the background if it is its turn. */
  public void look(
      RegisteredService service, FleetNode node, NodeStatus status, ProbeTiming.Seat seat) {
    ServiceState.Probe asked = service.state().probe();
    Optional<ProbePolicy> policy = ProbeBoard.policy(service);
    if (asked == null || policy.isEmpty() || stopping || !onNode(node.nodeId()).isEmpty()) {
      return;
    }
    Instant now = clock.instant();
    Optional<StoredProbe> known = board.of(node.nodeId());
    if (known.isEmpty()) {
      begin(service, node, policy.get(), now);
      return;
    }
    boolean turn =
        ProbeTiming.decide(seat, known.get().history(), policy.get(), now)
            instanceof ProbeDecision.Probe;
    if (turn && !known.get().held(now)) {
      AttemptRequest request = ProbeRequests.of(asked.prompt(), status, now);
      Task task = new Task(service, node, policy.get(), request);
      Thread thread = Thread.ofVirtual().name(request.id()).unstarted(() -> see(task));
      running.put(request.id(), new Running(node.nodeId(), thread));
      thread.start();
    }
  }

  /** Ids of the probes this replica runs on a node. */
  public Set<String> onNode(String nodeId) {
    return running.entrySet().stream()
        .filter(entry -> entry.getValue().nodeId().equals(nodeId))
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  /** The probe ended here after its node was asked last, so the node's word on it is old. */
  public boolean endedLately(String attemptId, Duration statusAge, Instant now) {
    Instant at = ended.get(attemptId);
    return at != null && at.plus(statusAge).isAfter(now);
  }

  /** Gives up every probe; another replica may begin them again at once. */
  public void stop(Duration within) throws InterruptedException {
    stopping = true;
    running.values().forEach(each -> each.thread().interrupt());
    long end = System.nanoTime() + within.toNanos();
    for (Running each : running.values()) {
      each.thread().join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
    }
  }

  private void begin(RegisteredService service, FleetNode node, ProbePolicy policy, Instant now) {
    try {
      store.begin(
          node.nodeId(), service.key(), ProbeHistory.begun(policy, random.nextDouble(), now));
      store.find(node.nodeId()).ifPresent(board::put);
    } catch (DatabaseUnavailableException e) {
      LOG.debug("{} is not probed yet: {}", node.nodeId(), e.getMessage());
    }
  }

  private void see(Task task) {
    String id = task.request().id();
    String node = task.node().nodeId();
    Instant begun = clock.instant();
    boolean taken = false;
    try {
      Instant until = begun.plus(task.policy().timeout()).plus(MARGIN);
      taken = store.take(node, id, until, begun);
      // Whoever has it: what is known here of the node is old.
      store.find(node).ifPresent(board::put);
      if (taken) {
        run(task, begun);
      }
    } catch (DatabaseUnavailableException e) {
      LOG.debug("The outcome of {} is lost: {}", id, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.error("Probe {} of {} ended by a defect", id, node, e);
    } finally {
      running.remove(id);
      if (taken) {
        runner.ended();
      }
    }
  }

  private void run(Task task, Instant begun) throws InterruptedException {
    try {
      ProbeResult result = runner.run(task.node(), task.request(), task.policy().timeout());
      conclude(task, result, begun);
    } catch (InterruptedException e) {
      conclude(task, ProbeResult.yielded("this replica stops"), begun);
      throw e;
    }
  }

  private void conclude(Task task, ProbeResult result, Instant begun) {
    // As PostgreSQL keeps it, so that it reads the same before and after a restart.
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    Duration took = Duration.between(begun, now);
    String id = task.request().id();
    if (result.slotFree()) {
      ended.values().removeIf(at -> at.plus(MARGIN).isBefore(now));
      ended.put(id, now);
    }
    metrics.ended(task.service().key(), result, took);
    double spread = random.nextDouble();
    store
        .end(
            task.node().nodeId(),
            id,
            result,
            history -> step(task, history, result, spread, now),
            now)
        .ifPresent(changed -> tell(task, result, changed, took, now));
  }

  private static ProbeHistory.Step step(
      Task task, ProbeHistory history, ProbeResult result, double spread, Instant now) {
    return switch (result.outcome()) {
      case PASSED -> history.passed(task.policy(), spread, now);
      case FAILED -> history.failed(task.policy(), spread, now);
      case YIELDED -> history.yielded(task.policy(), now);
    };
  }

  private void tell(
      Task task, ProbeResult result, ProbeStore.Changed changed, Duration took, Instant now) {
    board.put(changed.probe());
    String node = task.node().nodeId();
    int failures = changed.probe().history().failures();
    switch (changed.change()) {
      case OUT -> {
        LOG.warn(
            "{} is out of dispatch: {} probes failed, the last: {}",
            node,
            failures,
            result.message());
        cases.out(task.service(), task.node(), task.request(), result, failures, took, now);
      }
      case BACK -> LOG.info("{} is in dispatch again: it passed a probe", node);
      case NONE -> {
        if (result.outcome() == ProbeResult.Outcome.FAILED) {
          LOG.warn(
              "{} failed probe {} ({} in a row): {}",
              node,
              task.request().id(),
              failures,
              result.message());
        }
      }
    }
  }
}

package dev.kintsugi.controlplane.dispatch;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.controlplane.artifacts.ArtifactStore;
import dev.kintsugi.controlplane.cases.NewCase;
import dev.kintsugi.controlplane.cases.ReplayQueue;
import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.fleet.FleetRegistry;
import dev.kintsugi.controlplane.fleet.NodeSights;
import dev.kintsugi.controlplane.fleet.RegisteredService;
import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.placeholder.PlaceholderClip;
import dev.kintsugi.controlplane.probe.ProbeBoard;
import dev.kintsugi.controlplane.probe.Prober;
import dev.kintsugi.controlplane.probe.TestProbes;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.queue.PostgresJobQueue;
import dev.kintsugi.controlplane.recovery.Answers;
import dev.kintsugi.controlplane.recovery.NodeTallies;
import dev.kintsugi.controlplane.recovery.RecoveryMetrics;
import dev.kintsugi.controlplane.recovery.Situations;
import dev.kintsugi.controlplane.rollout.CanaryGate;
import dev.kintsugi.core.dispatch.AttemptWatch;
import dev.kintsugi.core.dispatch.NodeHealth;
import dev.kintsugi.core.recovery.RecoveryPolicy;
import dev.kintsugi.protocol.metrics.MetricSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The dispatcher of one control-plane replica, with times short enough for tests. {@link #kill}
 * cuts it off from database and nodes at once, which is all that others see of a {@code kill -9}.
 */
final class Replica implements AutoCloseable {

  static final Duration LEASE = Duration.ofSeconds(2);
  static final Duration RESERVE = Duration.ofSeconds(2);

  private final DispatchBell bell = new DispatchBell();
  private final Meters meters;
  private final List<NewCase> cases = new CopyOnWriteArrayList<>();
  private final JobQueue queue;
  private final NodeClient nodes;
  private final Dispatching dispatching;
  private final ProbeBoard board;
  private final FleetRegistry fleet;
  private final NodeSights sights = new NodeSights();
  private final AtomicLong rounds = new AtomicLong();
  private volatile boolean cut;

  Replica(String name, Transactions transactions, FleetRegistry fleet, Path files) {
    this(name, transactions, fleet, files, new NoCanaries());
  }

  Replica(
      String name,
      Transactions transactions,
      FleetRegistry fleet,
      Path files,
      CanaryGate canaries) {
    this.meters = new Meters();
    RecoveryMetrics recovery = new RecoveryMetrics(meters);
    JobQueue real = new PostgresJobQueue(transactions, List.of(bell), List.of(recovery));
    this.queue =
        (JobQueue)
            Proxy.newProxyInstance(
                JobQueue.class.getClassLoader(),
                new Class<?>[] {JobQueue.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("snapshot")) {
                    rounds.incrementAndGet();
                  }
                  if (cut) {
                    throw new DatabaseUnavailableException("killed", new IOException("killed"));
                  }
                  try {
                    return method.invoke(real, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    this.nodes = new NodeClient(new ObjectMapper());
    PatientQueue patient = new PatientQueue(queue);
    this.fleet = fleet;
    TestProbes probes = new TestProbes(transactions, fleet, meters);
    this.board = probes.board();
    NodeRoster roster = new NodeRoster(fleet, sights, board);
    ArtifactStore store = store(files);
    DispatchPolicy policy = policy(name);
    ReplayQueue replays = ReplayQueue.of(transactions, Clock.systemUTC());
    AttemptTools tools =
        new AttemptTools(
            patient,
            nodes,
            new ResultCollector(nodes, store),
            new CheckpointCourier(nodes, store, patient, recovery, Clock.systemUTC()),
            new Recoverer(
                patient,
                roster,
                new Situations(fleet, sights),
                new NodeTallies(),
                new Answers(new PlaceholderClip(), store),
                replays,
                recovery,
                policy),
            new CaseNotes(cases::add, roster, Clock.systemUTC()),
            roster,
            new DispatchMetrics(meters),
            policy,
            Clock.systemUTC());
    AttemptRunner runner = new AttemptRunner(tools, new AttemptConclusion(tools), canaries, bell);
    NodeProbing probing = new NodeProbing(nodes, roster, bell, policy);
    Prober prober = probes.prober(probing, cases::add);
    ProbeTurns turns = new ProbeTurns(prober, board, probing, roster, policy);
    this.dispatching =
        new Dispatching(
            new Dispatcher(tools, runner, replays, canaries, turns, bell),
            new NodeWatcher(tools, runner, board, bell),
            new LeaseReaper(tools, runner, bell),
            runner,
            prober);
  }

  /** No rollout is under way. */
  private static final class NoCanaries implements CanaryGate {
    @Override
    public Optional<String> cut(RegisteredService service) {
      return Optional.empty();
    }

    @Override
    public void attemptEnded(String service, String revision) {}
  }

  /** The queue as this replica's HTTP side would use it. */
  JobQueue queue() {
    return queue;
  }

  /** What it told the ledger, oldest first. */
  List<NewCase> cases() {
    return cases;
  }

  /** What it knows of probes. */
  ProbeBoard probes() {
    return board;
  }

  /** Its metrics, as a scrape shows them. */
  double metric(MetricSpec spec, String... labels) {
    return meters.counter(spec).labelValues(labels).get();
  }

  Replica start() {
    dispatching.start();
    return this;
  }

  /** Whether every node of the fleet has told it how it is. */
  boolean heardOfAll() {
    return fleet.services().stream()
        .flatMap(service -> service.nodes().stream())
        .map(node -> sights.of(node.nodeId()))
        .allMatch(sight -> sight.status() != null && sight.health().reachable());
  }

  /** Rounds of the dispatcher that began: one has ended when the next began. */
  long rounds() {
    return rounds.get();
  }

  /** Stops gracefully. */
  void stop() {
    dispatching.stop();
  }

  /** From here on nobody hears of it again. */
  void kill() {
    cut = true;
    nodes.close();
    dispatching.stop();
  }

  @Override
  public void close() {
    kill();
  }

  private static DispatchPolicy policy(String replica) {
    return new DispatchPolicy(
        replica,
        LEASE,
        Duration.ofHours(1),
        new DispatchPolicy.Times(
            Duration.ofSeconds(1),
            Duration.ofMillis(200),
            Duration.ofMillis(500),
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(5)),
        new NodeHealth.Policy(3, 2),
        new AttemptWatch.Policy(
            Duration.ofSeconds(4),
            20,
            Duration.ofSeconds(5),
            Duration.ofSeconds(2),
            Duration.ofMillis(300),
            Duration.ofSeconds(60)),
        new RecoveryPolicy(
            10,
            100,
            6,
            600,
            Duration.ofMillis(50),
            Duration.ofSeconds(1),
            RESERVE,
            Duration.ofSeconds(10),
            Duration.ofSeconds(1)),
        1.0);
  }

  private static ArtifactStore store(Path files) {
    try {
      return ArtifactStore.onVolume(files, Clock.systemUTC());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

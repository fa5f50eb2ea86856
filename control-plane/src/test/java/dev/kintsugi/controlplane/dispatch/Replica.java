package dev.kintsugi.controlplane.dispatch;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.controlplane.artifacts.ArtifactStore;
import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.fleet.FleetRegistry;
import dev.kintsugi.controlplane.fleet.NodeSights;
import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.queue.PostgresJobQueue;
import dev.kintsugi.core.dispatch.AttemptWatch;
import dev.kintsugi.core.dispatch.NodeHealth;
import dev.kintsugi.core.queue.RetryPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/**
 * The dispatcher of one control-plane replica, with times short enough for tests. {@link #kill}
 * cuts it off from database and nodes at once, which is all that others see of a {@code kill -9}.
 */
final class Replica implements AutoCloseable {

  static final Duration LEASE = Duration.ofSeconds(2);

  private final DispatchBell bell = new DispatchBell();
  private final JobQueue queue;
  private final NodeClient nodes;
  private final Dispatching dispatching;
  private volatile boolean cut;

  Replica(String name, Transactions transactions, FleetRegistry fleet, Path files) {
    JobQueue real = new PostgresJobQueue(transactions, List.of(bell));
    this.queue =
        (JobQueue)
            Proxy.newProxyInstance(
                JobQueue.class.getClassLoader(),
                new Class<?>[] {JobQueue.class},
                (proxy, method, arguments) -> {
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
    AttemptTools tools =
        new AttemptTools(
            new PatientQueue(queue),
            nodes,
            new ResultCollector(nodes, store(files)),
            new NodeRoster(fleet, new NodeSights()),
            new DispatchMetrics(new Meters()),
            policy(name),
            Clock.systemUTC());
    AttemptRunner runner = new AttemptRunner(tools, new AttemptConclusion(tools), bell);
    this.dispatching =
        new Dispatching(
            new Dispatcher(tools, runner, bell),
            new NodeWatcher(tools, runner, bell),
            new LeaseReaper(tools, runner, bell),
            runner);
  }

  /** The queue as this replica's HTTP side would use it. */
  JobQueue queue() {
    return queue;
  }

  Replica start() {
    dispatching.start();
    return this;
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
            Duration.ofSeconds(5),
            Duration.ofMillis(2500)),
        new NodeHealth.Policy(3, 2),
        new AttemptWatch.Policy(
            Duration.ofSeconds(4),
            20,
            Duration.ofSeconds(5),
            Duration.ofSeconds(2),
            Duration.ofMillis(300),
            Duration.ofSeconds(60)),
        new RetryPolicy(100, 5, Duration.ofMillis(50), Duration.ofSeconds(1)));
  }

  private static ArtifactStore store(Path files) {
    try {
      return new ArtifactStore(files, Clock.systemUTC());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

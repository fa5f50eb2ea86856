package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.controlplane.probe.Prober;
import io.micronaut.context.event.ApplicationEventListener;
import io.micronaut.runtime.server.event.ServerStartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dispatcher's loops, from the start of the server to its stop. A stop hands running attempts
 * over at once, so that the other replicas need not wait for their leases.
 */
@Singleton
class Dispatching implements ApplicationEventListener<ServerStartupEvent> {

  private static final Logger LOG = LoggerFactory.getLogger(Dispatching.class);
  private static final Duration STOP_WITHIN = Duration.ofSeconds(5);
  private static final Duration AFTER_DEFECT = Duration.ofSeconds(1);

  private final Dispatcher dispatcher;
  private final NodeWatcher watcher;
  private final LeaseReaper reaper;
  private final AttemptRunner runner;
  private final Prober prober;
  private final AtomicReference<List<Thread>> loops = new AtomicReference<>(List.of());

  /** A loop that ends only by interruption. */
  private interface Loop {
    void run() throws InterruptedException;
  }

  Dispatching(
      Dispatcher dispatcher,
      NodeWatcher watcher,
      LeaseReaper reaper,
      AttemptRunner runner,
      Prober prober) {
    this.dispatcher = dispatcher;
    this.watcher = watcher;
    this.reaper = reaper;
    this.runner = runner;
    this.prober = prober;
  }

  @Override
  public void onApplicationEvent(ServerStartupEvent event) {
    start();
  }

  void start() {
    loops.set(
        List.of(
            loop("node-watcher", watcher::run),
            loop("dispatcher", dispatcher::run),
            loop("lease-reaper", reaper::run)));
  }

  /** Stops claiming, then hands over what runs. */
  @PreDestroy
  void stop() {
    List<Thread> running = loops.getAndSet(List.of());
    try {
      for (Thread loop : running) {
        loop.interrupt();
        loop.join(STOP_WITHIN);
      }
      prober.stop(STOP_WITHIN);
      runner.stop(STOP_WITHIN);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Thread loop(String name, Loop body) {
    return Thread.ofVirtual().name(name).start(() -> forever(name, body));
  }

  /** A defect in one round must not end dispatching for good. */
  private static void forever(String name, Loop body) {
    try {
      while (true) {
        try {
          body.run();
        } catch (RuntimeException e) {
          LOG.error("The {} stumbled over a defect and goes on", name, e);
          Thread.sleep(AFTER_DEFECT);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

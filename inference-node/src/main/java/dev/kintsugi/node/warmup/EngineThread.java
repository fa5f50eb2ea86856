package dev.kintsugi.node.warmup;

import jakarta.inject.Singleton;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that touches the model. A task that throws an exception is logged and the next one
 * runs; an error ends the thread, which the health check reports so that the process is replaced.
 */
@Singleton
public final class EngineThread {
  private static final Logger LOG = LoggerFactory.getLogger(EngineThread.class);

  private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private final Thread thread = new Thread(this::loop, "engine");
  private volatile boolean stopping;

  public EngineThread() {
    thread.setDaemon(true);
    thread.setUncaughtExceptionHandler(
        (t, e) -> LOG.error("the engine thread died, the process must be replaced", e));
    thread.start();
  }

  /** Runs a task after those before it. */
  public void execute(Runnable task) {
    tasks.add(task);
  }

  /** Drops what waits, and ends the thread after the task that runs. */
  public void stop() {
    stopping = true;
    tasks.clear();
    tasks.add(() -> {});
  }

  public boolean alive() {
    return thread.isAlive();
  }

  private void loop() {
    while (!stopping) {
      try {
        tasks.take().run();
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        if (!stopping) {
          LOG.error("a task of the engine failed", e);
        }
      }
    }
  }
}

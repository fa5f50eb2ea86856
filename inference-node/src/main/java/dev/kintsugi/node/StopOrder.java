package dev.kintsugi.node;

import dev.kintsugi.node.warmup.EngineThread;
import io.micronaut.context.event.ShutdownEvent;
import io.micronaut.runtime.event.annotation.EventListener;
import io.micronaut.scheduling.TaskExecutors;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What acts by itself ends before anything is taken down: a task that fires meanwhile would have
 * the framework make anew what it has just disposed of, down to a second engine that takes the work
 * directory.
 */
@Singleton
final class StopOrder {
  private static final long RUNNING_TASK_SECONDS = 1;

  private final EngineThread engine;
  private final ExecutorService scheduled;

  StopOrder(EngineThread engine, @Named(TaskExecutors.SCHEDULED) ExecutorService scheduled) {
    this.engine = engine;
    this.scheduled = scheduled;
  }

  @EventListener
  void stopping(ShutdownEvent event) throws InterruptedException {
    scheduled.shutdownNow();
    engine.stop();
    scheduled.awaitTermination(RUNNING_TASK_SECONDS, TimeUnit.SECONDS);
  }
}

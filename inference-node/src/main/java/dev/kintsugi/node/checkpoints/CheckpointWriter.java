package dev.kintsugi.node.checkpoints;

import dev.kintsugi.core.node.CheckpointMatch.Run;
import dev.kintsugi.protocol.node.AttemptStatus.Checkpoint;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** The thread that writes checkpoints, so that the engine's need not. */
@Singleton
public final class CheckpointWriter {
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("checkpoints").daemon().factory());

  /**
   * Begins the checkpoints of an attempt.
   *
   * @param directory the attempt's own
   * @param announce told of each one that is complete, on the writing thread
   */
  public CheckpointTrail begin(Path directory, Run run, Consumer<Checkpoint> announce) {
    return new CheckpointTrail(thread, directory, run, announce);
  }

  @PreDestroy
  void stop() {
    thread.shutdown();
  }
}

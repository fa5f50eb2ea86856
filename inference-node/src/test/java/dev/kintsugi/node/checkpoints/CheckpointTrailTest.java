package dev.kintsugi.node.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.kintsugi.core.node.CheckpointMatch.Run;
import dev.kintsugi.node.engine.DenoiseState;
import dev.kintsugi.protocol.node.AttemptStatus.Checkpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

class CheckpointTrailTest {
  @TempDir Path dir;
  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final List<Checkpoint> announced = new CopyOnWriteArrayList<>();

  @AfterEach
  void stop() {
    thread.shutdownNow();
  }

  @Test
  void theNewestTwoFilesStay() throws Exception {
    CheckpointTrail trail = trail(dir);
    for (int step = 1; step <= 4; step++) {
      trail.add(state(step));
      trail.settle();
    }
    assertThat(announced).extracting(Checkpoint::step).containsExactly(1, 2, 3, 4);
    assertThat(names()).containsExactly("checkpoint-3.safetensors", "checkpoint-4.safetensors");
    CheckpointTrail.Saved newest = trail.newest().orElseThrow();
    assertThat(newest.checkpoint()).isEqualTo(announced.getLast());
    assertThat(newest.checkpoint().bytes()).isEqualTo(Files.size(newest.path()));
    assertThat(CheckpointFile.read(newest.path()).state().step()).isEqualTo(4);

    trail.end();
    assertThat(names()).isEmpty();
    assertThat(trail.newest()).isEmpty();
  }

  @Test
  void whileTheDiskIsSlowOnlyTheNewestWaits() throws Exception {
    CountDownLatch slow = new CountDownLatch(1);
    thread.execute(
        () -> {
          try {
            slow.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    CheckpointTrail trail = trail(dir);
    for (int step = 1; step <= 5; step++) {
      trail.add(state(step));
    }
    slow.countDown();
    trail.settle();
    assertThat(announced).extracting(Checkpoint::step).containsExactly(5);
  }

  @Test
  void aDiskThatTakesNothingCostsTheCheckpointOnly() throws Exception {
    Path full = Files.createDirectory(dir.resolve("full"));
    Files.createSymbolicLink(full.resolve("checkpoint.part"), Path.of("/dev/full"));
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    Logger logger = (Logger) LoggerFactory.getLogger(CheckpointTrail.class);
    lines.start();
    logger.addAppender(lines);
    CheckpointTrail trail = trail(full);
    try (MDC.MDCCloseable field = MDC.putCloseable("attempt", "attempt_1")) {
      trail.add(state(1));
    } finally {
      trail.settle();
      logger.detachAppender(lines);
    }
    assertThat(announced).isEmpty();
    assertThat(trail.newest()).isEmpty();
    assertThat(full).isEmptyDirectory();
    assertThat(lines.list)
        .singleElement()
        .satisfies(
            line -> assertThat(line.getMDCPropertyMap()).containsEntry("attempt", "attempt_1"));
  }

  private CheckpointTrail trail(Path directory) {
    Run run = new Run("m", "w", "unipc", 9, 3, 3, 3, 16, 16, 1, 0, "p", "n");
    return new CheckpointTrail(thread, directory, run, announced::add);
  }

  private static DenoiseState state(int step) {
    return new DenoiseState(
        step, new long[] {1, 1, 1, 1, 1}, new float[] {step}, Map.of(), Set.of());
  }

  private List<String> names() throws Exception {
    try (Stream<Path> files = Files.list(dir)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }
}

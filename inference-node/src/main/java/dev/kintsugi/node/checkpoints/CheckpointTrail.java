package dev.kintsugi.node.checkpoints;

import dev.kintsugi.core.node.CheckpointMatch.Run;
import dev.kintsugi.node.engine.DenoiseState;
import dev.kintsugi.protocol.digest.Sha256;
import dev.kintsugi.protocol.node.AttemptStatus.Checkpoint;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * The checkpoints of one attempt. They are written on a thread of their own; one that still waits
 * when a newer one comes is dropped, so a slow disk costs checkpoints and never steps. The newest
 * two files stay: the older one may just be on its way to somebody. Thread-safe.
 */
public final class CheckpointTrail {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointTrail.class);
  private static final int KEPT = 2;
  private static final long SETTLE_SECONDS = 10;

  private final ExecutorService writer;
  private final Path directory;
  private final Run run;
  private final Consumer<Checkpoint> announce;
  private final AtomicReference<@Nullable DenoiseState> waiting = new AtomicReference<>();
  private final Deque<Saved> saved = new ArrayDeque<>();
  private boolean failed;
  private boolean over;

  CheckpointTrail(ExecutorService writer, Path directory, Run run, Consumer<Checkpoint> announce) {
    this.writer = writer;
    this.directory = directory;
    this.run = run;
    this.announce = announce;
  }

  /** A written checkpoint and its file. */
  public record Saved(Path path, Checkpoint checkpoint) {}

  /** Has a state written soon; returns at once. */
  public void add(DenoiseState state) {
    if (waiting.getAndSet(state) == null) {
      Map<String, String> about = MDC.getCopyOfContextMap();
      writer.execute(() -> write(about));
    }
  }

  /** The newest one that is complete. */
  public synchronized Optional<Saved> newest() {
    return Optional.ofNullable(saved.peekLast());
  }

  /** Blocks until everything added so far is written, or the disk proves too slow to wait for. */
  public void settle() {
    try {
      writer.submit(() -> {}).get(SETTLE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException | RejectedExecutionException e) {
      LOG.debug("the newest checkpoint is left behind", e);
    }
  }

  /** Removes all files: nobody needs them any more. */
  public synchronized void end() {
    over = true;
    saved.forEach(s -> delete(s.path()));
    saved.clear();
  }

  /** Its log lines say what those of the attempt's own thread say. */
  private void write(@Nullable Map<String, String> about) {
    MDC.setContextMap(about == null ? Map.of() : about);
    try {
      write();
    } finally {
      MDC.clear();
    }
  }

  private void write() {
    DenoiseState state = waiting.getAndSet(null);
    if (state == null) {
      return;
    }
    Path target = directory.resolve("checkpoint-" + state.step() + ".safetensors");
    Path part = directory.resolve("checkpoint.part");
    try {
      MessageDigest digest = Sha256.begin();
      try (OutputStream out =
          new DigestOutputStream(new BufferedOutputStream(Files.newOutputStream(part)), digest)) {
        new CheckpointFile(run, state).write(out);
      }
      Checkpoint checkpoint = new Checkpoint(state.step(), Files.size(part), Sha256.end(digest));
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      keep(new Saved(target, checkpoint));
    } catch (IOException e) {
      delete(part);
      unwritten(e);
    }
  }

  private void keep(Saved newest) {
    synchronized (this) {
      if (over) {
        delete(newest.path());
        return;
      }
      saved.addLast(newest);
      if (saved.size() > KEPT) {
        delete(saved.removeFirst().path());
      }
    }
    announce.accept(newest.checkpoint());
  }

  // Once: the next checkpoint of the same attempt will fail in the same way.
  private void unwritten(IOException e) {
    if (!failed) {
      failed = true;
      LOG.atWarn()
          .addKeyValue("event", "checkpoint_failed")
          .addKeyValue("directory", directory)
          .log("no checkpoint could be written: {}", e.toString());
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.debug("a checkpoint stays until its attempt is removed", e);
    }
  }
}

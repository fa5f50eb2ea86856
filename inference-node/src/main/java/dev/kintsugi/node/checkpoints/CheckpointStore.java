package dev.kintsugi.node.checkpoints;

import dev.kintsugi.core.node.CheckpointMatch;
import dev.kintsugi.core.node.CheckpointMatch.Run;
import dev.kintsugi.core.node.Retention.Kept;
import dev.kintsugi.media.Disk;
import dev.kintsugi.media.MediaException;
import dev.kintsugi.node.attempts.Prunable;
import dev.kintsugi.node.attempts.WorkDirectory;
import dev.kintsugi.node.attempts.WorkDirectoryHolder;
import dev.kintsugi.node.engine.DenoiseState;
import dev.kintsugi.protocol.digest.Sha256;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checkpoints that came from elsewhere, by their SHA-256, until they are used or grow old. */
@Singleton
public class CheckpointStore implements Prunable {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointStore.class);
  private static final String SUFFIX = ".safetensors";
  private static final int BUFFER = 1 << 16;

  private final WorkDirectoryHolder work;
  private final long maxBytes;
  private final Clock clock;

  CheckpointStore(WorkDirectoryHolder work, CheckpointSettings settings, Clock clock) {
    this.work = work;
    this.maxBytes = settings.maxBytes();
    this.clock = clock;
  }

  /** What became of a checkpoint that was sent here. */
  public sealed interface Received {

    /** It is kept. */
    record Stored(long bytes) implements Received {}

    /** Its content has another digest than it was said to have. */
    record Differs(String found) implements Received {}

    /** It has more bytes than this node takes. */
    record TooLarge(long limit) implements Received {}
  }

  /**
   * Takes a checkpoint.
   *
   * @param sha256 what its digest must be, lower-case hex
   * @throws MediaException naming the disk when it is full
   */
  public Received receive(String sha256, InputStream content) throws MediaException {
    Path folder = work.require().checkpoints();
    Path part;
    try {
      part = Files.createTempFile(folder, sha256, ".part");
    } catch (IOException e) {
      throw Disk.failure("keep the checkpoint", folder, e);
    }
    try {
      return take(sha256, content, part, folder.resolve(sha256 + SUFFIX));
    } catch (IOException e) {
      throw Disk.failure("keep the checkpoint", part, e);
    } finally {
      delete(part);
    }
  }

  private Received take(String sha256, InputStream content, Path part, Path target)
      throws IOException {
    MessageDigest digest = Sha256.begin();
    long bytes = 0;
    try (OutputStream out = Files.newOutputStream(part)) {
      byte[] buffer = new byte[BUFFER];
      for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
        bytes += n;
        if (bytes > maxBytes) {
          return new Received.TooLarge(maxBytes);
        }
        digest.update(buffer, 0, n);
        out.write(buffer, 0, n);
      }
    }
    String found = Sha256.end(digest);
    if (!found.equals(sha256)) {
      return new Received.Differs(found);
    }
    Files.setLastModifiedTime(part, FileTime.from(clock.instant()));
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    return new Received.Stored(bytes);
  }

  /**
   * The point from which a run goes on.
   *
   * @param sha256 digest of a checkpoint that was received
   * @throws CheckpointException saying what differs, what is damaged, or that it is not here
   */
  public DenoiseState resume(String sha256, Run asked) throws CheckpointException {
    Path file =
        work.get()
            .map(w -> w.checkpoints().resolve(sha256 + SUFFIX))
            .filter(Files::isRegularFile)
            .orElseThrow(
                () ->
                    new CheckpointException(
                        "this node does not hold the checkpoint "
                            + sha256
                            + ": send it with PUT /node/checkpoints/"
                            + sha256));
    CheckpointFile held = CheckpointFile.read(file);
    return switch (CheckpointMatch.decide(asked, held.run(), held.state().step())) {
      case CheckpointMatch.Decision.Resume resume -> held.state();
      case CheckpointMatch.Decision.Refuse refuse ->
          throw new CheckpointException("the checkpoint is of another run: " + refuse.describe());
    };
  }

  @Override
  public List<Kept> prunable(WorkDirectory directory) {
    List<Kept> kept = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory.checkpoints())) {
      for (Path file : files.filter(f -> f.toString().endsWith(SUFFIX)).toList()) {
        kept.add(
            new Kept(
                file.toString(), Files.getLastModifiedTime(file).toInstant(), Files.size(file)));
      }
    } catch (IOException e) {
      LOG.debug("the checkpoints are looked at again later", e);
    }
    return kept;
  }

  @Override
  public void prune(String id) {
    delete(Path.of(id));
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.debug("a checkpoint stays until the node stops", e);
    }
  }
}

package dev.kintsugi.node.attempts;

import dev.kintsugi.media.Disk;
import dev.kintsugi.media.MediaException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where attempts keep their files, one directory each. It belongs to one process at a time: what
 * lies there at the start was left by one that died, and is removed.
 */
public final class WorkDirectory implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkDirectory.class);

  /** What must fit at the start: a small clip, so that a full disk is noticed before a job is. */
  private static final int PROBE_BYTES = 1 << 20;

  private final Path attempts;
  private final Path checkpoints;
  private final FileChannel lockFile;

  private WorkDirectory(Path directory, FileChannel lockFile) {
    this.attempts = directory.resolve("attempts");
    this.checkpoints = directory.resolve("checkpoints");
    this.lockFile = lockFile;
  }

  /** Takes possession of a directory and clears it of leftovers. */
  public static WorkDirectory open(Path directory) throws MediaException {
    Path attempts = directory.resolve("attempts");
    try {
      Files.createDirectories(attempts);
      Files.createDirectories(directory.resolve("checkpoints"));
      FileChannel lockFile =
          FileChannel.open(
              directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        return take(directory, lockFile);
      } catch (IOException | MediaException e) {
        lockFile.close();
        throw e;
      }
    } catch (IOException e) {
      throw Disk.failure("use the work directory", attempts, e);
    }
  }

  private static WorkDirectory take(Path directory, FileChannel lockFile)
      throws IOException, MediaException {
    if (!locked(lockFile)) {
      throw new MediaException(
          "the work directory " + directory + " is in use by another inference node");
    }
    WorkDirectory taken = new WorkDirectory(directory, lockFile);
    removeChildren(taken.attempts);
    removeChildren(taken.checkpoints);
    probe(directory.resolve("probe"));
    return taken;
  }

  /** Makes the directory of one attempt; the id is known to be a safe file name. */
  Path create(String attemptId) throws MediaException {
    Path directory = attempts.resolve(attemptId);
    try {
      return Files.createDirectories(directory);
    } catch (IOException e) {
      throw Disk.failure("make the attempt's directory", directory, e);
    }
  }

  /** Where checkpoints from elsewhere wait to be used. */
  public Path checkpoints() {
    return checkpoints;
  }

  Path directoryOf(String attemptId) {
    return attempts.resolve(attemptId);
  }

  /** Removes the directory of one attempt. */
  void remove(String attemptId) {
    Path directory = attempts.resolve(attemptId);
    try {
      if (Files.exists(directory)) {
        removeChildren(directory);
        Files.delete(directory);
      }
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("directory", directory).log("cannot remove files: {}", e.toString());
    }
  }

  /** Bytes an attempt's files occupy. */
  long bytes(String attemptId) {
    try (Stream<Path> files = Files.list(attempts.resolve(attemptId))) {
      return files.mapToLong(f -> f.toFile().length()).sum();
    } catch (IOException e) {
      return 0;
    }
  }

  /** Space left for more. */
  public long freeBytes() {
    try {
      return Files.getFileStore(attempts).getUsableSpace();
    } catch (IOException e) {
      return 0;
    }
  }

  @Override
  public void close() {
    try {
      removeChildren(attempts);
      removeChildren(checkpoints);
      lockFile.close();
    } catch (IOException e) {
      LOG.debug("the work directory could not be cleared", e);
    }
  }

  private static void probe(Path file) throws IOException {
    try {
      Files.write(file, new byte[PROBE_BYTES]);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private static boolean locked(FileChannel file) throws IOException {
    try {
      FileLock lock = file.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private static void removeChildren(Path directory) throws IOException {
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        if (!path.equals(directory)) {
          Files.delete(path);
        }
      }
    } catch (UncheckedIOException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}

package dev.kintsugi.node.faults;

import dev.kintsugi.media.MediaFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * Lets an attempt's directory lie on a disk that is full after a few kilobytes. Where the process
 * may make file systems that is a real one, in memory; elsewhere, as in a pod without capabilities,
 * the attempt's frames go to {@code /dev/full}, where the kernel refuses the first write with the
 * same error.
 */
final class SmallDisk implements AutoCloseable {
  private static final long BYTES = 64 << 10;

  private final Path directory;
  private final int descriptor;

  private SmallDisk(Path directory, int descriptor) {
    this.directory = directory;
    this.descriptor = descriptor;
  }

  /** Takes the place of an empty directory. */
  static SmallDisk under(Path directory) throws IOException {
    int descriptor = NativeCalls.memoryFileSystem(BYTES);
    if (descriptor < 0) {
      Files.createSymbolicLink(
          directory.resolve(MediaFile.Variant.FRAMES.fileName()), Path.of("/dev/full"));
    } else {
      Files.delete(directory);
      Files.createSymbolicLink(directory, Path.of("/proc/self/fd", Integer.toString(descriptor)));
    }
    return new SmallDisk(directory, descriptor);
  }

  /** What it is, for people. */
  String describe() {
    return descriptor < 0
        ? "the frames went to /dev/full"
        : "the attempt's directory was a file system of " + BYTES + " bytes";
  }

  /** The attempt gets a directory on the real disk, with what it could keep. */
  @Override
  public void close() throws IOException {
    if (descriptor < 0) {
      return;
    }
    try {
      // Gone where the attempt was deleted meanwhile.
      if (Files.isSymbolicLink(directory)) {
        moveToRealDisk();
      }
    } finally {
      NativeCalls.close(descriptor);
    }
  }

  private void moveToRealDisk() throws IOException {
    Path real = Files.createTempDirectory(directory.getParent(), "kept");
    try (Stream<Path> list = Files.list(directory.resolve("."))) {
      List<Path> files = list.toList();
      for (Path file : files) {
        Files.copy(file, real.resolve(file.getFileName().toString()));
      }
    }
    Files.delete(directory);
    Files.move(real, directory, StandardCopyOption.ATOMIC_MOVE);
  }
}

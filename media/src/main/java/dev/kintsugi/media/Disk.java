package dev.kintsugi.media;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Says what a failed file operation means for people. */
public final class Disk {
  /** Below this a failed write is blamed on the disk being full. */
  private static final long FULL_BELOW_BYTES = 1L << 20;

  private Disk() {}

  /** Wraps a failed operation, naming the file and, where it is full, the disk. */
  public static MediaException failure(String doing, Path file, IOException cause) {
    return new MediaException(sentence(doing, file, String.valueOf(cause.getMessage())), cause);
  }

  static MediaException failure(String doing, Path file, String cause) {
    return new MediaException(sentence(doing, file, cause));
  }

  private static String sentence(String doing, Path file, String cause) {
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null && full(directory, cause)) {
      return "cannot " + doing + ": the disk under " + directory + " is full";
    }
    return "cannot " + doing + ": " + file + ": " + cause;
  }

  private static boolean full(Path directory, String cause) {
    if (cause.contains("No space left on device") || cause.contains("Disk quota exceeded")) {
      return true;
    }
    try {
      return Files.getFileStore(directory).getUsableSpace() < FULL_BELOW_BYTES;
    } catch (IOException e) {
      return false;
    }
  }
}

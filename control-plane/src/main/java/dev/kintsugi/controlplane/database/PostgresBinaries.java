package dev.kintsugi.controlplane.database;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/** The PostgreSQL programs on the class path, unpacked once per version and directory. */
final class PostgresBinaries {

  private PostgresBinaries() {}

  /**
   * Unpacks beside the target and renames, so that a start that dies half-way leaves nothing that
   * looks complete and two starts at once do not disturb each other.
   *
   * @return the directory that holds {@code bin}, {@code lib} and {@code share}
   */
  static Path unpackBelow(Path directory) {
    String resource = "postgres-linux-" + architecture() + ".txz";
    URL archive = PostgresBinaries.class.getClassLoader().getResource(resource);
    if (archive == null) {
      throw new DatabaseException(
          "no embedded PostgreSQL for "
              + System.getProperty("os.arch")
              + ": set kintsugi.database.url to an external one");
    }
    try {
      Files.createDirectories(directory);
      URLConnection source = archive.openConnection();
      Path target = directory.resolve("postgres-" + source.getContentLengthLong());
      if (Files.isExecutable(target.resolve("bin/postgres"))) {
        return target;
      }
      Path unfinished = Files.createTempDirectory(directory, "unpacking-");
      try (InputStream packed = source.getInputStream()) {
        unpack(packed, unfinished);
      }
      return publish(unfinished, target);
    } catch (IOException e) {
      throw new DatabaseException(
          "cannot unpack PostgreSQL below " + directory + ": " + e.getMessage(), e);
    }
  }

  private static Path publish(Path unfinished, Path target) throws IOException {
    try {
      return Files.move(unfinished, target);
    } catch (FileAlreadyExistsException | AtomicMoveNotSupportedException e) {
      Trees.delete(unfinished);
      return target;
    } catch (IOException e) {
      Trees.delete(unfinished);
      if (Files.isExecutable(target.resolve("bin/postgres"))) {
        return target;
      }
      throw e;
    }
  }

  private static void unpack(InputStream packed, Path into) throws IOException {
    Files.setPosixFilePermissions(into, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (var tar = new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(packed)))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path path = into.resolve(entry.getName()).normalize();
        if (!path.startsWith(into)) {
          throw new IOException("entry outside the archive: " + entry.getName());
        }
        write(tar, entry, path);
      }
    }
  }

  private static void write(TarArchiveInputStream tar, TarArchiveEntry entry, Path path)
      throws IOException {
    if (entry.isDirectory()) {
      Files.createDirectories(path);
      return;
    }
    // Static libraries are for building extensions; they are a third of the archive.
    if (path.toString().endsWith(".a")) {
      return;
    }
    Files.createDirectories(path.getParent());
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
    } else {
      Files.copy(tar, path);
      Files.setPosixFilePermissions(path, permissions(entry.getMode()));
    }
  }

  private static Set<PosixFilePermission> permissions(int mode) {
    Set<PosixFilePermission> set = new HashSet<>(PosixFilePermissions.fromString("rw-r--r--"));
    if ((mode & 0100) != 0) {
      set.addAll(PosixFilePermissions.fromString("--x--x--x"));
    }
    return set;
  }

  private static String architecture() {
    return switch (System.getProperty("os.arch").toLowerCase(Locale.ROOT)) {
      case "amd64", "x86_64" -> "x86_64";
      case "aarch64", "arm64" -> "arm_64";
      default -> System.getProperty("os.arch");
    };
  }
}

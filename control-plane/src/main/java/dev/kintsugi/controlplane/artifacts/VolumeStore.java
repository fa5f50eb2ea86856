package dev.kintsugi.controlplane.artifacts;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Files named by the SHA-256 of their content, on a volume that replicas share. A file is seen
 * whole and durable or not at all: written aside, forced to disk, then renamed. The time of the
 * last {@link #write} of a content is kept as the file's modification time, so that removal can
 * tell whether someone else has stored the same content since.
 */
public final class ArtifactStore {

  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final String HIDDEN = ".hidden";
  private static final int BUFFER = 1 << 16;

  private final Path root;
  private final Path aside;
  private final Clock clock;

  /** Creates the directory where it is missing. */
  public ArtifactStore(Path root, Clock clock) throws IOException {
    this.root = Files.createDirectories(root);
    this.aside = Files.createDirectories(root.resolve("incoming"));
    this.clock = clock;
  }

  /**
   * Stores a stream durably; storing the same content again is cheap and harmless.
   *
   * @param sha256 announced digest, lower-case hex
   * @param bytes announced length
   * @throws ArtifactMismatchException when the content differs from what was announced; nothing is
   *     kept
   */
  public void write(InputStream in, String sha256, long bytes) throws IOException {
    Path target = path(sha256);
    Path part = aside.resolve(sha256 + "." + UUID.randomUUID());
    try {
      copy(in, part, sha256, bytes);
      Files.createDirectories(directory(sha256));
      Files.setLastModifiedTime(part, FileTime.from(clock.instant()));
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      forceDirectory(directory(sha256));
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /** Path of a stored file, for reading only. */
  public Optional<Path> find(String sha256) {
    return Optional.of(path(sha256)).filter(Files::isRegularFile);
  }

  /** When this content was last stored. */
  Optional<Instant> storedAt(String sha256) throws IOException {
    try {
      return Optional.of(Files.getLastModifiedTime(path(sha256)).toInstant());
    } catch (NoSuchFileException gone) {
      return Optional.empty();
    }
  }

  /** Takes a file out of sight; {@link #restore} or {@link #discard} must follow. */
  boolean hide(String sha256) throws IOException {
    try {
      Files.move(path(sha256), hidden(sha256), StandardCopyOption.ATOMIC_MOVE);
      return true;
    } catch (NoSuchFileException gone) {
      return false;
    }
  }

  void restore(String sha256) throws IOException {
    Files.createDirectories(directory(sha256));
    Files.move(hidden(sha256), path(sha256), StandardCopyOption.ATOMIC_MOVE);
  }

  void discard(String sha256) throws IOException {
    Files.deleteIfExists(hidden(sha256));
  }

  /** Digests of stored files that nobody has stored since {@code before}. */
  Stream<String> storedBefore(Instant before) throws IOException {
    return Files.find(
            root,
            3,
            (file, attributes) ->
                attributes.isRegularFile()
                    && !file.startsWith(aside)
                    && attributes.lastModifiedTime().toInstant().isBefore(before))
        .map(file -> file.getFileName().toString())
        .filter(name -> SHA256.matcher(name).matches());
  }

  /**
   * Tidies up after processes that died before {@code before}: half-written files go, hidden ones
   * come back, for nobody knows whether they were needed.
   */
  void sweepIncoming(Instant before) throws IOException {
    List<Path> leftovers;
    try (Stream<Path> parts = Files.list(aside)) {
      leftovers = parts.toList();
    }
    for (Path part : leftovers) {
      String name = part.getFileName().toString();
      if (!Files.getLastModifiedTime(part).toInstant().isBefore(before)) {
        continue;
      }
      if (name.endsWith(HIDDEN)) {
        restore(name.substring(0, name.length() - HIDDEN.length()));
      } else {
        Files.deleteIfExists(part);
      }
    }
  }

  private Path hidden(String sha256) {
    return aside.resolve(sha256 + HIDDEN);
  }

  private Path path(String sha256) {
    if (!SHA256.matcher(sha256).matches()) {
      throw new IllegalArgumentException("not a SHA-256 in lower-case hex: " + sha256);
    }
    return directory(sha256).resolve(sha256);
  }

  private Path directory(String sha256) {
    return root.resolve(sha256.substring(0, 2)).resolve(sha256.substring(2, 4));
  }

  private static void copy(InputStream in, Path part, String sha256, long bytes)
      throws IOException {
    MessageDigest digest = newDigest();
    long written = 0;
    try (FileChannel out =
        FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      byte[] buffer = new byte[BUFFER];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        written += n;
        if (written > bytes) {
          throw new ArtifactMismatchException(
              "more than the announced " + bytes + " bytes arrived");
        }
        digest.update(buffer, 0, n);
        writeFully(out, ByteBuffer.wrap(buffer, 0, n));
      }
      out.force(true);
    }
    String actual = HexFormat.of().formatHex(digest.digest());
    if (written != bytes || !actual.equals(sha256)) {
      throw new ArtifactMismatchException(
          "announced %d bytes with SHA-256 %s, got %d with %s"
              .formatted(bytes, sha256, written, actual));
    }
  }

  private static void writeFully(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  /** The new name is durable only once its directory is. */
  private static void forceDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}

package dev.kintsugi.controlplane.artifacts;

import dev.kintsugi.protocol.digest.Sha256;
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
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Files on a volume that replicas share: written aside, forced to disk, then renamed. The time of
 * the last write is the file's modification time.
 */
final class VolumeStore extends ArtifactStore {

  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final String HIDDEN = ".hidden";
  private static final int BUFFER = 1 << 16;

  private final Path root;
  private final Path aside;
  private final Clock clock;

  /** Creates the directory where it is missing. */
  VolumeStore(Path root, Clock clock) throws IOException {
    this.root = Files.createDirectories(root);
    this.aside = Files.createDirectories(root.resolve("incoming"));
    this.clock = clock;
  }

  @Override
  public void write(InputStream in, String sha256, long bytes) throws IOException {
    Path target = file(sha256);
    Path part = stage(in, sha256, bytes);
    try {
      Files.createDirectories(directory(sha256));
      Files.setLastModifiedTime(part, FileTime.from(clock.instant()));
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      forceDirectory(directory(sha256));
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /**
   * Writes a stream aside and checks it.
   *
   * @return a durable file that nobody sees; the caller moves or deletes it
   */
  Path stage(InputStream in, String sha256, long bytes) throws IOException {
    Path part = aside.resolve(sha256 + "." + UUID.randomUUID());
    try {
      copy(in, part, sha256, bytes);
      return part;
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(part);
      throw e;
    }
  }

  @Override
  public Optional<StoredFile> find(String sha256) {
    Path file = file(sha256);
    return Files.isRegularFile(file) ? Optional.of(new OnVolume(file)) : Optional.empty();
  }

  private record OnVolume(Path file) implements StoredFile {

    @Override
    public long bytes() throws IOException {
      return Files.size(file);
    }

    @Override
    public InputStream open() throws IOException {
      return Files.newInputStream(file);
    }

    @Override
    public InputStream open(long first, long length) throws IOException {
      return new SliceStream(file, first, length);
    }
  }

  @Override
  Optional<Instant> storedAt(String sha256) throws IOException {
    try {
      return Optional.of(Files.getLastModifiedTime(file(sha256)).toInstant());
    } catch (NoSuchFileException gone) {
      return Optional.empty();
    }
  }

  @Override
  boolean hide(String sha256) throws IOException {
    try {
      Files.move(file(sha256), hidden(sha256), StandardCopyOption.ATOMIC_MOVE);
      return true;
    } catch (NoSuchFileException gone) {
      return false;
    }
  }

  @Override
  void restore(String sha256) throws IOException {
    Files.createDirectories(directory(sha256));
    Files.move(hidden(sha256), file(sha256), StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  void discard(String sha256) throws IOException {
    Files.deleteIfExists(hidden(sha256));
  }

  @Override
  List<String> storedBefore(Instant before) throws IOException {
    try (Stream<Path> files =
        Files.find(
            root,
            3,
            (file, attributes) ->
                attributes.isRegularFile()
                    && !file.startsWith(aside)
                    && attributes.lastModifiedTime().toInstant().isBefore(before))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> SHA256.matcher(name).matches())
          .toList();
    }
  }

  @Override
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

  /** Brings a hidden file back where there is one. */
  void restoreIfHidden(String sha256) throws IOException {
    if (Files.exists(hidden(sha256))) {
      restore(sha256);
    }
  }

  /**
   * @throws IllegalArgumentException when it is not a digest
   */
  static String checked(String sha256) {
    if (!SHA256.matcher(sha256).matches()) {
      throw new IllegalArgumentException("not a SHA-256 in lower-case hex: " + sha256);
    }
    return sha256;
  }

  /** Where a content is, or would be. */
  Path file(String sha256) {
    return directory(checked(sha256)).resolve(sha256);
  }

  private Path directory(String sha256) {
    return root.resolve(sha256.substring(0, 2)).resolve(sha256.substring(2, 4));
  }

  private static void copy(InputStream in, Path part, String sha256, long bytes)
      throws IOException {
    MessageDigest digest = Sha256.begin();
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
    String actual = Sha256.end(digest);
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
}

package dev.kintsugi.controlplane.artifacts;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Files named by the SHA-256 of their content. A file is seen whole and durable or not at all. The
 * time of the last {@link #write} of a content is kept, so that removal can tell whether someone
 * else has stored the same content since.
 */
public abstract sealed class ArtifactStore implements AutoCloseable
    permits VolumeStore, ObjectArtifacts {

  /** A store in a directory that every replica shares; makes it where it is missing. */
  public static ArtifactStore onVolume(Path root, Clock clock) throws IOException {
    return new VolumeStore(root, clock);
  }

  /**
   * Stores a stream durably; storing the same content again is harmless.
   *
   * @param sha256 announced digest, lower-case hex
   * @param bytes announced length
   * @throws ArtifactMismatchException when the content differs from what was announced; nothing is
   *     kept
   */
  public abstract void write(InputStream in, String sha256, long bytes) throws IOException;

  /** A stored file, for reading. */
  public abstract Optional<StoredFile> find(String sha256) throws IOException;

  @Override
  public void close() {}

  /** When this content was last stored. */
  abstract Optional<Instant> storedAt(String sha256) throws IOException;

  /** Takes a file out of sight; {@link #restore} or {@link #discard} must follow. */
  abstract boolean hide(String sha256) throws IOException;

  abstract void restore(String sha256) throws IOException;

  abstract void discard(String sha256) throws IOException;

  /** Digests of stored files that nobody has stored since {@code before}. */
  abstract List<String> storedBefore(Instant before) throws IOException;

  /**
   * Tidies up after processes that died before {@code before}: half-written files go, hidden ones
   * come back, for nobody knows whether they were needed.
   */
  abstract void sweepIncoming(Instant before) throws IOException;
}

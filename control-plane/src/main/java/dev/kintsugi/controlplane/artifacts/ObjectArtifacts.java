package dev.kintsugi.controlplane.artifacts;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/**
 * Files in an S3-compatible store. Each is checked on the volume first, sent in parts and seen once
 * it is whole; the volume keeps nothing of it. What the volume held before the store was configured
 * is still found.
 */
final class ObjectArtifacts extends ArtifactStore {

  private static final Logger LOG = LoggerFactory.getLogger(ObjectArtifacts.class);

  /** Stores tell the time of a write in whole seconds, rounded down. */
  private static final Duration ROUNDED = Duration.ofSeconds(1);

  /** Longer than any upload that someone may still go on with. */
  private static final Duration ABANDONED = Duration.ofDays(1);

  private static final String FILES = "files/";
  private static final String HIDDEN = "hidden/";

  private final VolumeStore volume;
  private final S3Objects objects;
  private final PartUploader uploader;
  private final String prefix;

  ObjectArtifacts(VolumeStore volume, S3Objects objects, PartUploader uploader, String prefix) {
    this.volume = volume;
    this.objects = objects;
    this.uploader = uploader;
    this.prefix = prefix;
  }

  static ObjectArtifacts over(VolumeStore volume, S3Settings settings) {
    S3Objects objects = new S3Objects(settings);
    PartUploader uploader = new PartUploader(objects, settings.partBytes(), Thread::sleep);
    LOG.info("Finished files go to {}", settings);
    return new ObjectArtifacts(volume, objects, uploader, settings.prefix());
  }

  @Override
  public void write(InputStream in, String sha256, long bytes) throws IOException {
    Path part = volume.stage(in, sha256, bytes);
    try {
      uploader.upload(part, key(sha256));
    } finally {
      Files.deleteIfExists(part);
    }
  }

  @Override
  public Optional<StoredFile> find(String sha256) throws IOException {
    Optional<StoredFile> old = volume.find(sha256);
    if (old.isPresent()) {
      return old;
    }
    String key = key(sha256);
    return objects.head(key).map(head -> new InStore(objects, key, head.bytes()));
  }

  private record InStore(S3Objects objects, String key, long bytes) implements StoredFile {

    @Override
    public InputStream open() throws IOException {
      return open(0, bytes);
    }

    @Override
    public InputStream open(long first, long length) throws IOException {
      return objects.get(key, first, length);
    }
  }

  @Override
  Optional<Instant> storedAt(String sha256) throws IOException {
    Optional<Instant> stored = objects.head(key(sha256)).map(head -> head.modified().plus(ROUNDED));
    return stored.isPresent() ? stored : volume.storedAt(sha256);
  }

  /** An interruption leaves the file visible, hidden or both, never neither. */
  @Override
  boolean hide(String sha256) throws IOException {
    boolean onVolume = volume.hide(sha256);
    if (objects.head(key(sha256)).isEmpty()) {
      return onVolume;
    }
    objects.copy(key(sha256), hidden(sha256));
    objects.delete(key(sha256));
    return true;
  }

  @Override
  void restore(String sha256) throws IOException {
    if (objects.head(hidden(sha256)).isPresent()) {
      objects.copy(hidden(sha256), key(sha256));
      objects.delete(hidden(sha256));
    }
    volume.restoreIfHidden(sha256);
  }

  @Override
  void discard(String sha256) throws IOException {
    objects.delete(hidden(sha256));
    volume.discard(sha256);
  }

  @Override
  List<String> storedBefore(Instant before) throws IOException {
    Set<String> old = new HashSet<>(volume.storedBefore(before));
    for (Map.Entry<String, Instant> object : objects.list(prefix + FILES).entrySet()) {
      if (object.getValue().plus(ROUNDED).isBefore(before)) {
        old.add(name(object.getKey()));
      }
    }
    return List.copyOf(old);
  }

  @Override
  void sweepIncoming(Instant before) throws IOException {
    volume.sweepIncoming(before);
    for (Map.Entry<String, Instant> object : objects.list(prefix + HIDDEN).entrySet()) {
      if (object.getValue().plus(ROUNDED).isBefore(before)) {
        restore(name(object.getKey()));
      }
    }
    for (MultipartUpload upload : objects.uploads(prefix + FILES)) {
      if (upload.initiated().isBefore(before.minus(ABANDONED))) {
        objects.abort(upload.key(), upload.uploadId());
      }
    }
  }

  @Override
  public void close() {
    objects.close();
  }

  private String key(String sha256) {
    return prefix + FILES + VolumeStore.checked(sha256);
  }

  private String hidden(String sha256) {
    return prefix + HIDDEN + VolumeStore.checked(sha256);
  }

  private static String name(String key) {
    return key.substring(key.lastIndexOf('/') + 1);
  }
}

package dev.kintsugi.controlplane.artifacts;

import dev.kintsugi.controlplane.artifacts.S3Objects.StoredPart;
import dev.kintsugi.core.upload.PartRetry;
import dev.kintsugi.core.upload.UploadPlan;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/**
 * Uploads a file in parts and tries each part again by itself. The store remembers what it has, so
 * an upload goes on where another process, or this one before its restart, left it: keys are names
 * of contents, so whatever was sent under one belongs to the same bytes.
 */
final class PartUploader {

  private static final Logger LOG = LoggerFactory.getLogger(PartUploader.class);

  private final S3Objects objects;
  private final long partBytes;
  private final Pause pause;

  /** Waits before a repetition. */
  @FunctionalInterface
  interface Pause {
    void wait(Duration length) throws InterruptedException;
  }

  /** One call to the store. */
  private interface Call<T> {
    T run() throws IOException;
  }

  PartUploader(S3Objects objects, long partBytes, Pause pause) {
    this.objects = objects;
    this.partBytes = partBytes;
    this.pause = pause;
  }

  /** Nothing is seen under the key until every byte is there. */
  void upload(Path file, String key) throws IOException {
    long bytes = Files.size(file);
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      if (bytes <= partBytes) {
        byte[] content = read(in, new UploadPlan.Part(1, 0, bytes));
        String md5 = md5(content);
        again(
            "put " + key,
            () -> {
              objects.put(key, content, md5);
              return key;
            });
      } else {
        inParts(in, bytes, key);
      }
    }
  }

  private void inParts(FileChannel in, long bytes, String key) throws IOException {
    Optional<String> begun = again("look for " + key, () -> newest(key));
    String upload =
        begun.isPresent() ? begun.get() : again("begin " + key, () -> objects.begin(key));
    Map<Integer, StoredPart> there = new HashMap<>();
    for (StoredPart part : again("list parts of " + key, () -> objects.parts(key, upload))) {
      there.put(part.number(), part);
    }
    UploadPlan plan = UploadPlan.of(bytes, partBytes, verified(in, bytes, there));
    if (begun.isPresent()) {
      LOG.info("Going on with {}: {} of {} parts", key, plan.missing().size(), plan.all().size());
    }
    for (UploadPlan.Part part : plan.missing()) {
      byte[] content = read(in, part);
      String md5 = md5(content);
      StoredPart sent =
          again(
              "send part " + part.number() + " of " + key,
              () -> objects.send(key, upload, part.number(), content, md5));
      there.put(part.number(), sent);
    }
    List<StoredPart> all = plan.all().stream().map(part -> there.get(part.number())).toList();
    again("complete " + key, () -> complete(key, upload, bytes, all));
  }

  /**
   * An answer that was lost may have been a success: then the upload is gone and the object is
   * there.
   */
  private String complete(String key, String upload, long bytes, List<StoredPart> all)
      throws IOException {
    try {
      objects.complete(key, upload, all);
    } catch (NoSuchFileException over) {
      long there = objects.head(key).map(S3Objects.Head::bytes).orElse(-1L);
      if (there != bytes) {
        throw new IOException("the upload of " + key + " ended without an object", over);
      }
    }
    return key;
  }

  private Optional<String> newest(String key) throws IOException {
    return objects.uploads(key).stream()
        .filter(upload -> upload.key().equals(key))
        .max(Comparator.comparing(MultipartUpload::initiated))
        .map(MultipartUpload::uploadId);
  }

  /** Lengths of the parts that hold what the file holds; any other is sent again. */
  private Map<Integer, Long> verified(FileChannel in, long bytes, Map<Integer, StoredPart> there)
      throws IOException {
    Map<Integer, Long> lengths = new HashMap<>();
    for (UploadPlan.Part part : UploadPlan.of(bytes, partBytes, Map.of()).all()) {
      StoredPart stored = there.get(part.number());
      if (stored != null
          && stored.bytes() == part.bytes()
          && stored
              .tag()
              .replace("\"", "")
              .equals(HexFormat.of().formatHex(hash(read(in, part))))) {
        lengths.put(part.number(), stored.bytes());
      }
    }
    return lengths;
  }

  private <T> T again(String what, Call<T> call) throws IOException {
    for (int tries = 1; ; tries++) {
      try {
        return call.run();
      } catch (IOException e) {
        boolean mayPass =
            !(e instanceof S3Objects.RefusedException || e instanceof NoSuchFileException);
        switch (PartRetry.decide(tries, mayPass)) {
          case PartRetry.GiveUp giveUp -> throw e;
          case PartRetry.Again(var reason, Duration length) -> {
            LOG.warn("Could not {}: {}; again in {} s", what, e.getMessage(), length.toSeconds());
            rest(length);
          }
        }
      }
    }
  }

  private void rest(Duration length) throws InterruptedIOException {
    try {
      pause.wait(length);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for the object store");
    }
  }

  private static byte[] read(FileChannel in, UploadPlan.Part part) throws IOException {
    ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(part.bytes()));
    while (content.hasRemaining()) {
      if (in.read(content, part.offset() + content.position()) < 0) {
        throw new IOException("the file ends before its length");
      }
    }
    return content.array();
  }

  private static String md5(byte[] content) {
    return Base64.getEncoder().encodeToString(hash(content));
  }

  /** MD5 is what S3 checks a part's arrival with; contents are named and checked by SHA-256. */
  private static byte[] hash(byte[] content) {
    try {
      return MessageDigest.getInstance("MD5").digest(content);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}

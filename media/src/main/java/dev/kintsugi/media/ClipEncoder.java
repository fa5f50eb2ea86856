package dev.kintsugi.media;

import dev.kintsugi.media.MediaFile.Variant;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Turns spooled frames into the files of a finished attempt. */
public final class ClipEncoder {

  /**
   * Encodes all files of a clip. Each is written beside its final name and moved there when
   * complete, so that no half-written file is ever served.
   *
   * @param cancelled asked before each frame
   * @return the files, or empty when it was cancelled
   */
  public Optional<List<MediaFile>> encode(
      FrameSpool frames, VideoSpec spec, Path directory, BooleanSupplier cancelled)
      throws MediaException {
    if (frames.frames() != spec.frames()) {
      throw new MediaException(
          "the decoder made " + frames.frames() + " frames where " + spec.frames() + " were asked");
    }
    Path video = unfinished(directory, Variant.VIDEO);
    if (!writeVideo(frames, spec, video, cancelled)) {
      return Optional.empty();
    }
    Path thumbnail = unfinished(directory, Variant.THUMBNAIL);
    StillImages.thumbnail(frames, spec, thumbnail);
    Path spritesheet = unfinished(directory, Variant.SPRITESHEET);
    StillImages.spritesheet(frames, spec, spritesheet);
    return Optional.of(
        List.of(
            publish(video, Variant.VIDEO),
            publish(thumbnail, Variant.THUMBNAIL),
            publish(spritesheet, Variant.SPRITESHEET)));
  }

  /** Describes a spool that is kept because it could not be encoded. */
  public MediaFile describe(FrameSpool frames) throws MediaException {
    try {
      return describe(frames.path(), Variant.FRAMES);
    } catch (IOException e) {
      throw Disk.failure("read the frames", frames.path(), e);
    }
  }

  private static boolean writeVideo(
      FrameSpool frames, VideoSpec spec, Path file, BooleanSupplier cancelled)
      throws MediaException {
    try (Mp4Writer writer = Mp4Writer.create(file, spec)) {
      for (int i = 0; i < spec.frames(); i++) {
        if (cancelled.getAsBoolean()) {
          return false;
        }
        writer.write(frames.read(i));
      }
      writer.finish();
      return true;
    }
  }

  /** Where a file is written before it is complete. */
  public static Path unfinished(Path directory, Variant variant) {
    return directory.resolve(variant.fileName() + ".part");
  }

  private static MediaFile publish(Path part, Variant variant) throws MediaException {
    Path target = part.resolveSibling(variant.fileName());
    try {
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      return describe(target, variant);
    } catch (IOException e) {
      throw Disk.failure("store the " + variant.wireName(), target, e);
    }
  }

  private static MediaFile describe(Path file, Variant variant) throws IOException {
    MessageDigest digest = sha256();
    long bytes;
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      bytes = in.transferTo(java.io.OutputStream.nullOutputStream());
    }
    return new MediaFile(
        variant, file, variant.mediaType(), bytes, HexFormat.of().formatHex(digest.digest()));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}

package dev.kintsugi.media;

import java.nio.file.Path;

/**
 * A finished file.
 *
 * @param mediaType such as {@code video/mp4}
 * @param bytes length
 * @param sha256 lower-case hex of the content
 */
public record MediaFile(Variant variant, Path path, String mediaType, long bytes, String sha256) {

  /** What a file shows; the wire name is the lower-case name. */
  public enum Variant {
    VIDEO("video.mp4", "video/mp4"),
    THUMBNAIL("thumbnail.jpg", "image/jpeg"),
    SPRITESHEET("spritesheet.jpg", "image/jpeg"),
    /** Raw rgb24 frames in order, kept only where encoding failed. */
    FRAMES("frames.rgb", "application/octet-stream");

    private final String fileName;
    private final String mediaType;

    Variant(String fileName, String mediaType) {
      this.fileName = fileName;
      this.mediaType = mediaType;
    }

    public String fileName() {
      return fileName;
    }

    public String mediaType() {
      return mediaType;
    }

    public String wireName() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }
}

package dev.kintsugi.core.dispatch;

import java.util.Optional;

/**
 * Size and length of a clip; what a denoise step costs depends on it.
 *
 * @param width pixels
 * @param height pixels
 * @param frames frames, 4k+1
 */
public record ClipShape(int width, int height, int frames) {

  /** Key of a node's step table: {@code WIDTHxHEIGHTxFRAMES}. */
  public String key() {
    return width + "x" + height + "x" + frames;
  }

  /** Reads a key of a node's step table; empty when it is not one. */
  public static Optional<ClipShape> parse(String key) {
    String[] parts = key.split("x", -1);
    if (parts.length != 3) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new ClipShape(
              Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2])));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /**
   * Transformer tokens of the clip: the VAE packs 8×8 pixels and 4 frames (the first frame alone),
   * the patch embedding 2×2 of those.
   */
  public long tokens() {
    return (long) Math.ceilDiv(width, 16) * Math.ceilDiv(height, 16) * (1 + (frames - 1) / 4);
  }
}

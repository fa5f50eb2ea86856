package dev.kintsugi.media;

/**
 * Shape of a clip.
 *
 * @param width pixels, even
 * @param height pixels, even
 * @param frames number of frames, at least 1
 * @param fps frames per second
 */
public record VideoSpec(int width, int height, int frames, int fps) {

  public VideoSpec {
    if (width < 2 || height < 2 || (width & 1) != 0 || (height & 1) != 0) {
      throw new IllegalArgumentException(
          "a video's sides are even and at least 2, not " + width + "x" + height);
    }
    if (frames < 1 || fps < 1) {
      throw new IllegalArgumentException(
          "a video has at least 1 frame and 1 fps, not " + frames + " and " + fps);
    }
  }

  /** Bytes of one rgb24 frame. */
  public int frameBytes() {
    return Math.multiplyExact(Math.multiplyExact(width, height), 3);
  }
}

package dev.kintsugi.node.quality;

import java.util.Arrays;
import java.util.Random;

/** Clips of known content, rgb24 frame after frame. */
final class TestClips {
  static final int WIDTH = 96;
  static final int HEIGHT = 64;

  private TestClips() {}

  /** A textured picture that moves right by so many pixels a frame. */
  static byte[] moving(int frames, int pixels) {
    int[] texture = new Random(5).ints((long) HEIGHT / 4 * 512, 40, 216).toArray();
    byte[] rgb = new byte[frames * WIDTH * HEIGHT * 3];
    int at = 0;
    for (int f = 0; f < frames; f++) {
      for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
          int u = x - f * pixels + 256;
          int cell = y / 4 * 512 + u / 4;
          byte value = (byte) texture[cell];
          rgb[at++] = value;
          rgb[at++] = value;
          rgb[at++] = value;
        }
      }
    }
    return rgb;
  }

  static byte[] uniform(int frames, int red, int green, int blue) {
    byte[] rgb = new byte[frames * WIDTH * HEIGHT * 3];
    for (int i = 0; i < rgb.length; i += 3) {
      rgb[i] = (byte) red;
      rgb[i + 1] = (byte) green;
      rgb[i + 2] = (byte) blue;
    }
    return rgb;
  }

  /** Grey with white noise of a known standard deviation. */
  static byte[] noisy(int frames, double deviation) {
    Random random = new Random(7);
    byte[] rgb = new byte[frames * WIDTH * HEIGHT * 3];
    for (int i = 0; i < rgb.length; i += 3) {
      byte value = (byte) Math.clamp(Math.round(128 + deviation * random.nextGaussian()), 0, 255);
      Arrays.fill(rgb, i, i + 3, value);
    }
    return rgb;
  }

  static byte[] join(byte[]... parts) {
    byte[] all = new byte[Arrays.stream(parts).mapToInt(p -> p.length).sum()];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }
}

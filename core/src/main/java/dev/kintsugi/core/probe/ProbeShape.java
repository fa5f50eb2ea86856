package dev.kintsugi.core.probe;

import dev.kintsugi.core.admission.Size;

/**
 * What a probe makes: the least that still goes the whole way. Half the model's usual sides, so
 * that the picture still shows something; three latent frames, so that a stop can be seen; four
 * steps, so that both experts take part.
 */
public record ProbeShape(Size size, int frames, int steps) {

  private static final int SMALLEST_SIDE = 32;
  private static final int FRAMES = 9;
  private static final int STEPS = 4;

  /** For a model with these defaults; never more than them. */
  public static ProbeShape of(Size usual, int frames, int steps) {
    return new ProbeShape(
        new Size(half(usual.width()), half(usual.height())),
        Math.min(frames, FRAMES),
        Math.min(steps, STEPS));
  }

  private static int half(int side) {
    int half = side / 2 / Size.MULTIPLE * Size.MULTIPLE;
    return Math.min(side, Math.max(SMALLEST_SIDE, half));
  }
}

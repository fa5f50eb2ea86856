package dev.kintsugi.core.admission;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Frame arithmetic of a causal VAE that makes one frame, then four per latent frame. */
public final class Frames {

  private Frames() {}

  /** The 4k+1 that a request for {@code frames} is served with: 80, 81 and 82 → 81, 84 → 85. */
  public static int round(int frames) {
    return frames % 4 == 1 ? frames : frames / 4 * 4 + 1;
  }

  /** Latent frames behind {@code frames} = 4k+1: k+1. */
  public static int latent(int frames) {
    return (frames - 1) / 4 + 1;
  }

  /**
   * Length of a clip as the Videos API writes it: whole seconds without a point, else up to three
   * decimals. The first frame marks time zero, so 17 frames at 16 fps last one second.
   */
  public static String seconds(int frames, int fps) {
    return BigDecimal.valueOf(frames - 1L)
        .divide(BigDecimal.valueOf(fps), 3, RoundingMode.HALF_UP)
        .stripTrailingZeros()
        .toPlainString();
  }
}

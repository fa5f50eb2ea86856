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

  /** Half the latent frames after the first, never none: 81 → 41, 17 → 9, 9 → 5, 5 → 5. */
  public static int half(int frames) {
    int groups = (frames - 1) / 4;
    return groups < 2 ? frames : (groups + 1) / 2 * 4 + 1;
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

package dev.kintsugi.core.quality;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * A number that sums up a clip and has a limit of its own in a model's manifest. The name in lower
 * case is its wire form; its limit is called {@code min_NAME} or {@code max_NAME}.
 */
public enum Statistic {
  /** Least brightness of a frame, luma. */
  BRIGHTNESS(Defect.BLACK, Side.TOO_LOW, 2),
  /** Least contrast of a frame, standard deviation of a colour channel. */
  CONTRAST(Defect.CONSTANT, Side.TOO_LOW, 0.5),
  /** Median difference of frames that follow each other: a clip that hardly ever moves. */
  MOTION(Defect.FROZEN, Side.TOO_LOW, 0.02),
  /**
   * Longest run of pairs that do not differ, as a share of all pairs: a clip that stopped. One that
   * never moved (1) is judged by its motion alone, since a prompt can ask for a still picture.
   */
  FROZEN_SHARE(Defect.FROZEN, Side.TOO_HIGH, 0.01),
  /** Luma that the picture gains and loses again, per pair of frames. */
  FLICKER(Defect.FLICKER, Side.TOO_HIGH, 0.5),
  /** Luma that a single frame stands out from the frame before and the one after. */
  FLASH(Defect.FLICKER, Side.TOO_HIGH, 2),
  /** How much the largest difference between two frames exceeds the clip's median difference. */
  JUMP(Defect.JUMP, Side.TOO_HIGH, 1),
  /** Most noise of a frame, luma. */
  NOISE(Defect.LOW_QUALITY, Side.TOO_HIGH, 0.2),
  /** Least sharpness of a frame. */
  SHARPNESS(Defect.LOW_QUALITY, Side.TOO_LOW, 1),
  /** Median PSNR of frames that follow each other, decibel. */
  ADJACENT_PSNR_DB(Defect.LOW_QUALITY, Side.TOO_LOW, 0.5),
  /** Mean structural similarity of frames that follow each other. */
  ADJACENT_SSIM(Defect.LOW_QUALITY, Side.TOO_LOW, 0.01),
  /** Mean optical flow, percent of the width per frame. */
  FLOW(Defect.LOW_QUALITY, Side.TOO_HIGH, 0.1),
  /** Mean entropy of the directions of flow. */
  FLOW_ENTROPY(Defect.LOW_QUALITY, Side.TOO_HIGH, 0.02),
  /** Largest difference that motion does not explain, luma. */
  RESIDUAL(Defect.LOW_QUALITY, Side.TOO_HIGH, 0.5);

  /** Where a value is bad. */
  public enum Side {
    TOO_LOW,
    TOO_HIGH
  }

  private final Defect defect;
  private final Side side;
  private final double grain;

  Statistic(Defect defect, Side side, double grain) {
    this.defect = defect;
    this.side = side;
    this.grain = grain;
  }

  /** What a clip beyond the limit suffers from. */
  public Defect defect() {
    return defect;
  }

  public Side side() {
    return side;
  }

  /** The least distance between the worst good clip and a limit that makes sense in its unit. */
  double grain() {
    return grain;
  }

  /** Name of the value in statuses and tables. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Name of the limit in a manifest; the PSNR's is the one the field uses. */
  public String limitName() {
    if (this == ADJACENT_PSNR_DB) {
      return "adjacent_psnr_alarm_db";
    }
    return (side == Side.TOO_LOW ? "min_" : "max_") + wireName();
  }

  /** Whether a value lies on the bad side of a limit; the limit itself is good. */
  public boolean beyond(double value, double limit) {
    return side == Side.TOO_LOW ? value < limit : value > limit;
  }

  static Optional<Statistic> ofLimit(String name) {
    return Arrays.stream(values()).filter(s -> s.limitName().equals(name)).findFirst();
  }
}

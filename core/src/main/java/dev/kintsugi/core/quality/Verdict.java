package dev.kintsugi.core.quality;

import java.util.OptionalDouble;

/** What the gate says of a clip. */
public sealed interface Verdict {

  /**
   * It may be given out.
   *
   * @param belowNormal its median PSNR is under what is normal for the model, though over the alarm
   * @param score how far it is from being rejected; empty where the model has no limits
   */
  record Passed(boolean belowNormal, OptionalDouble score) implements Verdict {}

  /**
   * It must not be given out.
   *
   * @param defect what is wrong
   * @param statistic the number that says so
   * @param value of this clip
   * @param limit of the model
   */
  record Rejected(Defect defect, Statistic statistic, double value, double limit)
      implements Verdict {}
}

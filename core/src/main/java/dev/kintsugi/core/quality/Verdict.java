package dev.kintsugi.core.quality;

/** What the gate says of a clip. */
public sealed interface Verdict {

  /**
   * It may be given out.
   *
   * @param belowNormal its median PSNR is under what is normal for the model, though over the alarm
   */
  record Passed(boolean belowNormal) implements Verdict {}

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

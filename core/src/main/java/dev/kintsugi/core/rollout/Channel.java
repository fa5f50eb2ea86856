package dev.kintsugi.core.rollout;

/**
 * What versions are compared by. Each channel is an e-process of its own; the verdict looks at
 * their average with fixed weights, which is an e-process again whatever the channels have to do
 * with each other (Vovk and Wang, "E-values: calibration, combination, and applications", 2021,
 * proposition 3.1). It is never less sensitive than spending α in the same shares, because the
 * average reaches 1/α whenever one channel alone reaches 1/(α · weight).
 */
public enum Channel {
  BAD_JOBS(0.88),
  /** Seconds per unit of predicted work. */
  TIME(0.03),
  /** Money per unit of predicted work. */
  COST(0.02),
  /** Scores of the quality gate. */
  QUALITY(0.04),
  /** The customers' ratings. */
  RATING(0.03);

  private final double weight;

  Channel(double weight) {
    this.weight = weight;
  }

  double logWeight() {
    return Math.log(weight);
  }
}

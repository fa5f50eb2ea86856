package dev.kintsugi.core.rollout;

/**
 * What versions are compared by. Each channel is an e-process of its own; the verdict looks at
 * their average with fixed weights, which is an e-process again whatever the channels have to do
 * with each other (Vovk and Wang, "E-values: calibration, combination, and applications", 2021,
 * proposition 3.1). It is never less sensitive than spending α in the same shares, because the
 * average reaches 1/α whenever one channel alone reaches 1/(α · weight).
 */
public enum Channel {
  BAD_JOBS(0.85),
  TIME(0.07),
  COST(0.03),
  RATING(0.05);

  private final double weight;

  Channel(double weight) {
    this.weight = weight;
  }

  double logWeight() {
    return Math.log(weight);
  }
}

package dev.kintsugi.core.novelty;

/**
 * How prompts are judged by those that went well.
 *
 * @param passShare of prompts that go well which is to pass, 0.9 to 0.999
 * @param leastFitted points before an ellipsoid is fitted
 * @param keptDistances newest distances that a limit is drawn from
 * @param growth an ellipsoid is fitted anew when so many times as many points were seen
 * @param mostWeight points after which older ones fade
 */
public record NoveltyPolicy(
    double passShare, int leastFitted, int keptDistances, double growth, int mostWeight) {

  public static final NoveltyPolicy DEFAULT = new NoveltyPolicy(0.995, 200, 2_000, 1.5, 20_000);

  private static final int FEW = 100;
  private static final double ROUNDING = 1e-9;

  public NoveltyPolicy {
    if (!(passShare >= 0.9 && passShare <= 0.999)) {
      throw new IllegalArgumentException("passShare must be 0.9 to 0.999, but is " + passShare);
    }
  }

  public NoveltyPolicy(double passShare) {
    this(
        passShare,
        DEFAULT.leastFitted(),
        DEFAULT.keptDistances(),
        DEFAULT.growth(),
        DEFAULT.mostWeight());
  }

  /** Distances of points beside the fitted ones without which no limit can let the share pass. */
  public int leastHeldOut() {
    return Math.max(FEW, (int) Math.ceil(passShare / (1 - passShare) - ROUNDING));
  }

  /** Points before anything is said. */
  public int least() {
    return leastFitted + leastHeldOut();
  }
}

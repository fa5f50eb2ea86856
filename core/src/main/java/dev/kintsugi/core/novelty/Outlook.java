package dev.kintsugi.core.novelty;

/** What can be said of prompts by those that went well. */
public sealed interface Outlook {

  Novelty of(float[] point);

  /**
   * Nothing yet.
   *
   * @param have different prompts that went well
   * @param need as many as that, at least
   */
  record Unknown(long have, long need) implements Outlook {
    @Override
    public Novelty of(float[] point) {
      return new Novelty.NotEnoughYet(have, need);
    }
  }

  /** Points further away than the limit are strange. */
  record Known(Ellipsoid ellipsoid, double limit) implements Outlook {
    @Override
    public Novelty of(float[] point) {
      double distance = ellipsoid.distance(point);
      return distance > limit
          ? new Novelty.Strange(distance, limit)
          : new Novelty.Familiar(distance, limit);
    }
  }
}

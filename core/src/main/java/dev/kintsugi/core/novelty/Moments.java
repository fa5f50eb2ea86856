package dev.kintsugi.core.novelty;

/**
 * Mean and scatter of points that were added one at a time. The points themselves are gone.
 *
 * @param seen points that were ever added
 * @param weight how many of them it stands for: once there are many, older ones fade
 * @param mean of each coordinate
 * @param scatter sum of the products of two coordinates' deviations from the mean; lower triangle,
 *     column by column
 */
public record Moments(long seen, double weight, float[] mean, float[] scatter) {

  public static Moments none(int dimensions) {
    return new Moments(0, 0, new float[dimensions], new float[dimensions * (dimensions + 1) / 2]);
  }

  /**
   * With one more point, by Welford's update.
   *
   * @param mostWeight points after which older ones fade
   * @throws IllegalArgumentException when it has another number of coordinates
   */
  public Moments with(float[] point, int mostWeight) {
    if (point.length != mean.length) {
      throw new IllegalArgumentException(
          "a point has %d coordinates, not %d".formatted(mean.length, point.length));
    }
    double kept = Math.min(weight, mostWeight - 1.0);
    double fade = weight == 0 ? 1 : kept / weight;
    double grown = kept + 1;
    float[] centre = mean.clone();
    float[] off = new float[centre.length];
    for (int i = 0; i < off.length; i++) {
      off[i] = point[i] - centre[i];
      centre[i] += (float) (off[i] / grown);
    }
    return new Moments(seen + 1, grown, centre, spread(off, (float) fade, (float) (kept / grown)));
  }

  private float[] spread(float[] off, float fade, float share) {
    float[] sum = scatter.clone();
    int at = 0;
    for (int column = 0; column < off.length; column++) {
      float scale = share * off[column];
      for (int row = column; row < off.length; row++, at++) {
        sum[at] = fade * sum[at] + scale * off[row];
      }
    }
    return sum;
  }

  int dimensions() {
    return mean.length;
  }
}

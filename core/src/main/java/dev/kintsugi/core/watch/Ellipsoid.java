package dev.kintsugi.core.watch;

import java.util.Arrays;

/**
 * Mean and covariance of points, and the distance of a point in units of their scatter
 * (Mahalanobis). Learned one point at a time in constant memory; a far point counts less, so that a
 * few of them do not widen what is usual. Immutable.
 */
final class Ellipsoid {
  /** Least share of the average variance in every direction: one never seen has none of its own. */
  private static final double MIN_SHRINKAGE = 0.02;

  private final long count;
  private final double[] mean;
  private final double[] covariance;

  private Ellipsoid(long count, double[] mean, double[] covariance) {
    this.count = count;
    this.mean = mean;
    this.covariance = covariance;
  }

  static Ellipsoid empty(int dimensions) {
    return new Ellipsoid(0, new double[dimensions], new double[dimensions * dimensions]);
  }

  int dimensions() {
    return mean.length;
  }

  /** From the mean to a point. */
  double[] deviation(double[] point) {
    double[] deviation = new double[mean.length];
    for (int i = 0; i < mean.length; i++) {
      deviation[i] = point[i] - mean[i];
    }
    return deviation;
  }

  /**
   * How far a deviation reaches; about 1 for a typical point whatever the number of dimensions.
   * Zero while nothing is known.
   */
  double distance(double[] deviation) {
    double[] factor = cholesky(shrunk());
    if (factor.length == 0) {
      return 0;
    }
    int k = mean.length;
    double[] solved = new double[k];
    double sum = 0;
    for (int i = 0; i < k; i++) {
      double value = deviation[i];
      for (int j = 0; j < i; j++) {
        value -= factor[i * k + j] * solved[j];
      }
      solved[i] = value / factor[i * k + i];
      sum += solved[i] * solved[i];
    }
    return Math.sqrt(sum / k);
  }

  /** What a point is multiplied by so that it is not farther than the limit. */
  static double pullIn(double distance, double limit) {
    return distance <= limit ? 1 : limit / distance;
  }

  /**
   * Learned from one point more.
   *
   * @param memory points that are remembered: older ones fade
   */
  Ellipsoid with(double[] deviation, double weight, long memory) {
    long n = Math.min(count + 1, memory);
    double gain = weight / n;
    int k = mean.length;
    double[] nextMean = mean.clone();
    double[] next = covariance.clone();
    for (int i = 0; i < k; i++) {
      nextMean[i] += gain * deviation[i];
      for (int j = 0; j < k; j++) {
        double product = weight * (1 - gain) * deviation[i] * deviation[j];
        next[i * k + j] += (product - covariance[i * k + j]) / n;
      }
    }
    return new Ellipsoid(count + 1, nextMean, next);
  }

  /** The covariance drawn towards a ball, more so while few points are known. */
  private double[] shrunk() {
    int k = mean.length;
    double trace = 0;
    for (int i = 0; i < k; i++) {
      trace += covariance[i * k + i];
    }
    double share = Math.max(MIN_SHRINKAGE, k / (double) (k + count));
    double[] shrunk = covariance.clone();
    for (int i = 0; i < k * k; i++) {
      shrunk[i] *= 1 - share;
    }
    for (int i = 0; i < k; i++) {
      shrunk[i * k + i] += share * trace / k;
    }
    return shrunk;
  }

  /** Lower triangle; empty where the matrix has no scatter at all. */
  private double[] cholesky(double[] matrix) {
    int k = mean.length;
    double[] lower = new double[k * k];
    for (int i = 0; i < k; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = matrix[i * k + j];
        for (int m = 0; m < j; m++) {
          sum -= lower[i * k + m] * lower[j * k + m];
        }
        if (i == j && sum <= 0) {
          return new double[0];
        }
        lower[i * k + j] = i == j ? Math.sqrt(sum) : sum / lower[j * k + j];
      }
    }
    return lower;
  }

  @Override
  public String toString() {
    return "Ellipsoid[count=" + count + ", mean=" + Arrays.toString(mean) + "]";
  }
}

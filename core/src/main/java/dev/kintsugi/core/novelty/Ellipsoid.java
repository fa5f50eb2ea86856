package dev.kintsugi.core.novelty;

import java.util.Optional;

/**
 * A centre, and how far points usually are from it in each direction.
 *
 * @param centre mean of the points
 * @param factor Cholesky factor of their shrunk covariance; lower triangle, column by column
 */
public record Ellipsoid(float[] centre, float[] factor) {

  /** Less would leave directions that rounding makes negative. */
  private static final double LEAST_SHRINKAGE = 1e-3;

  /**
   * Of points by their moments. Their covariance is drawn towards a sphere by the oracle
   * approximating shrinkage (Chen, Wiesel, Eldar and Hero, "Shrinkage Algorithms for MMSE
   * Covariance Estimation", IEEE Transactions on Signal Processing 58(10), 2010, equation 23),
   * which needs nothing but the covariance and the number of points, and has an inverse from two
   * points on.
   *
   * @return empty when the points do not differ
   */
  public static Optional<Ellipsoid> of(Moments moments) {
    int p = moments.dimensions();
    double[] covariance = new double[moments.scatter().length];
    double trace = 0;
    double squares = 0;
    int at = 0;
    for (int column = 0; column < p; column++) {
      for (int row = column; row < p; row++, at++) {
        double value = moments.scatter()[at] / moments.weight();
        covariance[at] = value;
        trace += row == column ? value : 0;
        squares += (row == column ? 1 : 2) * value * value;
      }
    }
    if (!(trace > 0)) {
      return Optional.empty();
    }
    shrink(covariance, p, shrinkage(p, moments.weight(), trace, squares), trace / p);
    return factorise(covariance, p)
        ? Optional.of(new Ellipsoid(moments.mean(), floats(covariance)))
        : Optional.empty();
  }

  /**
   * @param n points
   * @param squares trace of the covariance's square
   * @return 0..1: the sphere's share
   */
  private static double shrinkage(int p, double n, double trace, double squares) {
    double up = (1 - 2.0 / p) * squares + trace * trace;
    double down = (n + 1 - 2.0 / p) * (squares - trace * trace / p);
    return down <= 0 ? 1 : Math.clamp(up / down, LEAST_SHRINKAGE, 1);
  }

  private static void shrink(double[] covariance, int p, double share, double sphere) {
    int at = 0;
    for (int column = 0; column < p; column++) {
      for (int row = column; row < p; row++, at++) {
        covariance[at] = (1 - share) * covariance[at] + (row == column ? share * sphere : 0);
      }
    }
  }

  /** Cholesky's factor in place of the matrix; false for one that is not positive definite. */
  private static boolean factorise(double[] matrix, int p) {
    int diagonal = 0;
    for (int column = 0; column < p; column++) {
      if (!(matrix[diagonal] > 0)) {
        return false;
      }
      double root = Math.sqrt(matrix[diagonal]);
      matrix[diagonal] = root;
      for (int i = 1; i < p - column; i++) {
        matrix[diagonal + i] /= root;
      }
      int target = diagonal + p - column;
      for (int k = 1; k < p - column; k++) {
        double scale = matrix[diagonal + k];
        for (int i = k; i < p - column; i++, target++) {
          matrix[target] -= scale * matrix[diagonal + i];
        }
      }
      diagonal += p - column;
    }
    return true;
  }

  /** Mahalanobis distance from the centre. */
  public double distance(float[] point) {
    int p = centre.length;
    double[] rest = new double[p];
    for (int i = 0; i < p; i++) {
      rest[i] = point[i] - centre[i];
    }
    double sum = 0;
    int at = 0;
    for (int column = 0; column < p; column++) {
      double value = rest[column] / factor[at++];
      sum += value * value;
      for (int row = column + 1; row < p; row++, at++) {
        rest[row] -= factor[at] * value;
      }
    }
    return Math.sqrt(sum);
  }

  private static float[] floats(double[] values) {
    float[] narrow = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      narrow[i] = (float) values[i];
    }
    return narrow;
  }
}

package dev.kintsugi.core.slo;

/** Tails of the binomial distribution, summed term by term: no normal approximation. */
final class Binomial {

  private static final double NEGLIGIBLE = 1e-18;
  private static final int SHIFT = 12;

  private Binomial() {}

  /** Probability of {@code least} or more successes in {@code n} trials. */
  static double atLeast(long n, double p, long least) {
    if (least <= 0) {
      return 1;
    }
    if (least > n || p <= 0) {
      return 0;
    }
    if (p >= 1) {
      return 1;
    }
    // Below the mean the other tail is the shorter sum.
    return least > n * p ? upper(n, p, least) : Math.max(0, 1 - upper(n, 1 - p, n - least + 1));
  }

  private static double upper(long n, double p, long least) {
    double odds = p / (1 - p);
    double term = Math.exp(logMass(n, p, least));
    double sum = 0;
    for (long k = least; k <= n; k++) {
      sum += term;
      term *= odds * (n - k) / (k + 1);
      if (term < sum * NEGLIGIBLE || term == 0) {
        break;
      }
    }
    return Math.min(1, sum);
  }

  private static double logMass(long n, double p, long k) {
    return logFactorial(n)
        - logFactorial(k)
        - logFactorial(n - k)
        + k * Math.log(p)
        + (n - k) * Math.log1p(-p);
  }

  /** Stirling's series, after shifting small arguments up. */
  private static double logFactorial(long n) {
    double x = n + 1.0;
    double shift = 0;
    while (x < SHIFT) {
      shift += Math.log(x);
      x += 1;
    }
    double inverse = 1 / x;
    double square = inverse * inverse;
    double series = inverse * (1.0 / 12 - square * (1.0 / 360 - square / 1260));
    return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series - shift;
  }
}

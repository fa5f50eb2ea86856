package dev.kintsugi.core.learning;

/** Probabilities of counts. */
final class Tails {

  /** One-sided, 95 %. */
  private static final double NORMAL_QUANTILE = 1.645;

  private static final double NEGLIGIBLE = 1e-17;

  /** From here on Stirling's series is as exact as a double. */
  private static final int SERIES_FROM = 64;

  private static final double[] LOG_FACTORIALS = new double[SERIES_FROM];

  static {
    for (int i = 2; i < SERIES_FROM; i++) {
      LOG_FACTORIALS[i] = LOG_FACTORIALS[i - 1] + Math.log(i);
    }
  }

  private Tails() {}

  /**
   * Fisher's exact test, one-sided: the probability that of {@code drawn} samples taken blindly
   * from {@code all}, of which {@code failed} failed, at least {@code found} failed.
   */
  static double atLeast(int found, int drawn, int failed, int all) {
    int most = Math.min(drawn, failed);
    double sum = 0;
    for (int x = found; x <= most; x++) {
      double term = Math.exp(logHypergeometric(x, drawn, failed, all));
      sum += term;
      if (term < sum * NEGLIGIBLE) {
        break;
      }
    }
    return Math.min(1, sum);
  }

  private static double logHypergeometric(int x, int drawn, int failed, int all) {
    int well = all - failed;
    return drawn - x > well
        ? Double.NEGATIVE_INFINITY
        : logChoose(failed, x) + logChoose(well, drawn - x) - logChoose(all, drawn);
  }

  private static double logChoose(int n, int k) {
    return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
  }

  private static double logFactorial(int n) {
    if (n < SERIES_FROM) {
      return LOG_FACTORIALS[n];
    }
    double inverse = 1.0 / n;
    double series = inverse / 12 - inverse * inverse * inverse / 360;
    return n * Math.log(n) - n + Math.log(2 * Math.PI * n) / 2 + series;
  }

  /** Wilson's lower bound of a share, one-sided, 95 %. */
  static double leastShare(int hits, int of) {
    if (of == 0) {
      return 0;
    }
    double z2 = NORMAL_QUANTILE * NORMAL_QUANTILE;
    double share = (double) hits / of;
    double middle = share + z2 / (2 * of);
    double spread =
        NORMAL_QUANTILE * Math.sqrt(share * (1 - share) / of + z2 / (4.0 * of * (double) of));
    return Math.max(0, (middle - spread) / (1 + z2 / of));
  }
}

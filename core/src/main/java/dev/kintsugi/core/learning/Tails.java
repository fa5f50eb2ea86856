package dev.kintsugi.core.learning;

/** Probabilities of counts, for up to a fixed number of samples. */
final class Tails {

  /** One-sided, 95 %. */
  private static final double NORMAL_QUANTILE = 1.645;

  private static final double NEGLIGIBLE = 1e-17;

  private final double[] logFactorials;

  Tails(int most) {
    logFactorials = new double[most + 1];
    for (int i = 2; i <= most; i++) {
      logFactorials[i] = logFactorials[i - 1] + Math.log(i);
    }
  }

  /**
   * Fisher's exact test, one-sided: the probability that of {@code drawn} samples taken blindly
   * from {@code all}, of which {@code failed} failed, at least {@code found} failed.
   */
  double atLeast(int found, int drawn, int failed, int all) {
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

  private double logHypergeometric(int x, int drawn, int failed, int all) {
    int well = all - failed;
    return drawn - x > well
        ? Double.NEGATIVE_INFINITY
        : logChoose(failed, x) + logChoose(well, drawn - x) - logChoose(all, drawn);
  }

  private double logChoose(int n, int k) {
    return logFactorials[n] - logFactorials[k] - logFactorials[n - k];
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

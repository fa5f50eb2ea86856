/**
 * Wald's sequential probability ratio test of one known share of bad jobs against another known
 * one: no test with these error rates needs fewer jobs on average (Wald and Wolfowitz, 1948). It is
 * told what a real judge cannot know: stable's share and the size of the regression.
 */
record Wald(double healthy, double broken, double alpha, double beta) {
  private double upper() {
    return Math.log((1 - beta) / alpha);
  }

  private double lower() {
    return Math.log(beta / (1 - alpha));
  }

  private double bad() {
    return Math.log(broken / healthy);
  }

  private double good() {
    return broken == 1 ? -1e9 : Math.log((1 - broken) / (1 - healthy));
  }

  /**
   * Wald's bound of the mean number of jobs of a broken canary: as if the last job hit the limit.
   */
  double bound() {
    double drift = broken == 1 ? bad() : broken * bad() + (1 - broken) * good();
    return Math.max(1, ((1 - beta) * upper() + beta * lower()) / drift);
  }

  /** The mean number of jobs that his test really takes of a canary with this share of bad jobs. */
  double jobs(double share) {
    double[] chance = {1};
    double mean = 0;
    for (int n = 1; n < 100_000; n++) {
      double[] next = new double[n + 1];
      double left = 0;
      for (int k = 0; k < chance.length; k++) {
        mean += chance[k];
        if (chance[k] == 0) {
          continue;
        }
        for (int more = 0; more < 2; more++) {
          double evidence = (k + more) * bad() + (n - k - more) * good();
          if (evidence < upper() && evidence > lower()) {
            double moved = chance[k] * (more == 1 ? share : 1 - share);
            next[k + more] += moved;
            left += moved;
          }
        }
      }
      if (left < 1e-10) {
        return mean;
      }
      chance = next;
    }
    throw new IllegalStateException("Wald's test does not end");
  }

  Outcome judge(Trace trace) {
    double evidence = 0;
    for (int i = 0; i < trace.jobs; i++) {
      if (trace.fault[i]) {
        continue;
      }
      evidence += trace.bad[i] ? bad() : good();
      if (evidence >= upper()) {
        return Outcome.of(Outcome.Verdict.ROLLBACK, trace, trace.known[i]);
      }
      if (evidence <= lower()) {
        return Outcome.of(Outcome.Verdict.PROMOTE, trace, trace.known[i]);
      }
    }
    return Outcome.of(Outcome.Verdict.UNDECIDED, trace, trace.known[Math.max(0, trace.jobs - 1)]);
  }
}

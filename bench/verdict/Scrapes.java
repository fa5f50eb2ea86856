/**
 * Counters of ended and of bad canary jobs at each scrape. Node faults look like any other failure.
 */
final class Scrapes {
  private final double limit;
  private final int[] jobs;
  private final int[] bad;

  Scrapes(Trace trace, double limit) {
    this.limit = limit;
    int scrapes = (int) (limit / Peer.SCRAPE) + 2;
    jobs = new int[scrapes];
    bad = new int[scrapes];
    for (int i = 0; i < trace.jobs; i++) {
      int at = (int) Math.ceil(trace.end[i] / Peer.SCRAPE);
      if (at < scrapes) {
        jobs[at]++;
        bad[at] += trace.bad[i] || trace.fault[i] ? 1 : 0;
      }
    }
    for (int i = 1; i < scrapes; i++) {
      jobs[i] += jobs[i - 1];
      bad[i] += bad[i - 1];
    }
  }

  double limit() {
    return limit;
  }

  int jobs(int scrape) {
    return jobs[scrape];
  }

  int bad(int scrape) {
    return bad[scrape];
  }
}

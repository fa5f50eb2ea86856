/**
 * What a judge made of one trace.
 *
 * @param seconds until it decided, or until the limit
 * @param jobs canary jobs whose outcome it knew by then
 * @param bad bad videos the canary delivered by then
 */
record Outcome(Verdict verdict, double seconds, int jobs, int bad) {
  enum Verdict {
    ROLLBACK,
    PROMOTE,
    UNDECIDED
  }

  static Outcome of(Verdict verdict, Trace trace, double at) {
    int jobs = 0;
    int bad = 0;
    for (int i = 0; i < trace.jobs; i++) {
      jobs += trace.known[i] <= at ? 1 : 0;
      bad += trace.end[i] <= at && trace.bad[i] && !trace.fault[i] ? 1 : 0;
    }
    return new Outcome(verdict, at, jobs, bad);
  }
}

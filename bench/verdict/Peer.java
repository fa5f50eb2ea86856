/**
 * How Argo Rollouts and Flagger judge: every so often they ask their metrics for the share of bad
 * jobs in a window, and count the answers they do not like. Own simulation of Argo's
 * analysis/analysis.go (1.10) and Flagger's scheduler.go (1.44). Counters are scraped every 15 s; a
 * query sees what was added between the first and the last scrape of its window, as Prometheus'
 * increase does.
 *
 * @param interval seconds between two checks
 * @param window seconds of the query
 * @param limit share of bad jobs that makes a check fail: Argo at it, Flagger above it
 * @param fails checks that may fail: Argo aborts after more than so many, Flagger one interval
 *     after so many
 * @param checks Argo: all checks; Flagger: good checks it takes to promote
 * @param noDataFails whether a window without jobs is a failed check
 */
record Peer(
    Kind kind,
    double interval,
    double window,
    double limit,
    int fails,
    int checks,
    boolean noDataFails) {
  static final double SCRAPE = 15;

  enum Kind {
    ARGO,
    FLAGGER
  }

  /** Argo's documentation: 5 minutes × 10, failureLimit 3, error rate under 5 %. */
  static final Peer ARGO_DOCS = new Peer(Kind.ARGO, 300, 300, 0.05, 3, 10, false);

  /** The same with Argo's default failureLimit. */
  static final Peer ARGO_DEFAULT = new Peer(Kind.ARGO, 300, 300, 0.05, 0, 10, false);

  /** Flagger's documentation: 1 minute, threshold 5, 10 iterations, success of 99 %. */
  static final Peer FLAGGER_DOCS = new Peer(Kind.FLAGGER, 60, 60, 0.01, 5, 10, true);

  /** The same with a query that answers 100 % when there is no traffic. */
  static final Peer FLAGGER_GUARDED = new Peer(Kind.FLAGGER, 60, 60, 0.01, 5, 10, false);

  String label() {
    return "%s %.0f min, window %.0f min, %s, %s %d%s%s"
        .formatted(
            kind == Kind.ARGO ? "Argo" : "Flagger",
            interval / 60,
            window / 60,
            Figures.percent(limit),
            kind == Kind.ARGO ? "failureLimit" : "threshold",
            fails,
            checks == Integer.MAX_VALUE ? "" : ", %d checks".formatted(checks),
            noDataFails ? ", no data fails" : "");
  }

  Outcome judge(Scrapes scrapes, Trace trace) {
    int failed = 0;
    int good = 0;
    for (int k = 1; k * interval <= scrapes.limit(); k++) {
      double now = k * interval + SCRAPE / 2;
      if (kind == Kind.FLAGGER && failed >= fails) {
        return Outcome.of(Outcome.Verdict.ROLLBACK, trace, now);
      }
      if (fails(scrapes, now)) {
        failed++;
      } else {
        good++;
      }
      if (kind == Kind.ARGO && failed > fails) {
        return Outcome.of(Outcome.Verdict.ROLLBACK, trace, now);
      }
      if (kind == Kind.ARGO ? k >= checks : good >= checks) {
        return Outcome.of(Outcome.Verdict.PROMOTE, trace, now);
      }
    }
    return Outcome.of(Outcome.Verdict.UNDECIDED, trace, scrapes.limit());
  }

  boolean fails(Scrapes scrapes, double now) {
    int last = (int) (now / SCRAPE);
    int first = Math.min(last, Math.max((int) Math.floor((now - window) / SCRAPE) + 1, 0));
    int jobs = scrapes.jobs(last) - scrapes.jobs(first);
    return fails(jobs, scrapes.bad(last) - scrapes.bad(first));
  }

  boolean fails(int jobs, int bad) {
    if (jobs == 0) {
      return noDataFails;
    }
    return kind == Kind.ARGO ? bad >= limit * jobs : bad > limit * jobs + 1e-9;
  }
}

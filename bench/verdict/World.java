import java.util.Locale;
import java.util.SplittableRandom;

/**
 * One case: jobs arrive as a Poisson process, each goes to the canary with the chance {@code
 * weight}, runs 60 to 120 s and ends good or bad.
 *
 * @param regression how much larger the canary's share of bad jobs is than stable's; 1 means all
 *     bad
 * @param rate jobs per second of the whole service
 */
record World(Kind kind, double regression, double weight, double rate) {
  static final double HEALTHY = 0.01;

  /** Canary jobs a rollout may take; the time for them is its limit. */
  static final int JOBS = 1000;

  /** Late jobs run this long, past a deadline at {@link #DEADLINE} seconds. */
  static final double LATE = 300;

  static final double DEADLINE = 150;

  /** Share of the canary's jobs that its node fails. */
  private static final double NODE_FAULTS = 0.05;

  enum Kind {
    PLAIN,
    /** Bad jobs are late ones. */
    LATE,
    /** Both versions' share of bad jobs swings between 1 % and 5 %. */
    DRIFT,
    /** The canary's node fails 5 % of its jobs; both sides see them end, only ours is told why. */
    NODE_FAULTS
  }

  String name() {
    return "%s, %s, weight %s, %s/s"
        .formatted(
            kind.name().toLowerCase(Locale.ROOT).replace('_', ' '),
            regression == 0 ? "healthy" : Figures.percent(canaryRate(0)) + " bad",
            Figures.percent(weight),
            rate == 1 ? "1" : String.valueOf(rate));
  }

  double limit() {
    return JOBS / (weight * rate);
  }

  double stableRate(double at) {
    double swing = kind == Kind.DRIFT ? 0.5 - 0.5 * Math.cos(2 * Math.PI * at * rate / 14_400) : 0;
    return HEALTHY + 0.04 * swing;
  }

  double canaryRate(double at) {
    return Math.min(1, stableRate(at) + regression);
  }

  /** The canary's jobs, in the order of their starts. */
  Trace trace(SplittableRandom random) {
    int room = (int) (JOBS + 8 * Math.sqrt(JOBS));
    Trace trace = new Trace(room);
    double at = 0;
    while (trace.jobs < room) {
      at -= Math.log(1 - random.nextDouble()) / (weight * rate);
      if (at > limit()) {
        break;
      }
      boolean bad = random.nextDouble() < canaryRate(at);
      boolean late = bad && kind == Kind.LATE;
      boolean fault = kind == Kind.NODE_FAULTS && random.nextDouble() < NODE_FAULTS;
      double seconds = late ? LATE : 60 + 60 * random.nextDouble();
      trace.add(at, at + seconds, late ? at + DEADLINE : at + seconds, bad, fault);
    }
    trace.sort();
    return trace;
  }
}

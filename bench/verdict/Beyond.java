import dev.kintsugi.core.rollout.Arm;
import dev.kintsugi.core.rollout.Ending;
import dev.kintsugi.core.rollout.Evidence;
import dev.kintsugi.core.rollout.JobOutcome;
import dev.kintsugi.core.rollout.RolloutJudge;
import dev.kintsugi.core.rollout.RolloutVerdict;
import dev.kintsugi.core.rollout.Situation;
import dev.kintsugi.core.rollout.VerdictPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What a job tells beyond its good or bad end: the same verdict with and without it. */
final class Beyond {
  private static final double WEIGHT = 0.05;
  private static final double MINUTES_PER_JOB = 1 / (60 * WEIGHT);
  private static final double SLOWER = 1.3;
  private static final double PACE_NOISE = 0.1;
  private static final double SCORE = 0.8;
  private static final double SCORE_DROP = 0.1;
  private static final double SCORE_NOISE = 0.07;
  private static final double SCORE_LIMIT = 0.6;

  /** Share of the noise's variance that two versions have in common on one prompt and seed. */
  private static final double SHARED = 0.9;

  private static final Situation LAST =
      new Situation(0, 2, false, List.of(), Duration.ZERO, Duration.ofDays(365), 0, 0);

  private Beyond() {}

  /** What is told beyond good and bad. */
  enum Signal {
    STEP_TIMES,
    STEP_TIMES_OF_PAIRS,
    SCORES,
    SCORES_OF_PAIRS;

    boolean paired() {
      return this == STEP_TIMES_OF_PAIRS || this == SCORES_OF_PAIRS;
    }

    boolean paces() {
      return this == STEP_TIMES || this == STEP_TIMES_OF_PAIRS;
    }
  }

  /**
   * One comparison. Jobs are the canary's, of all traces; minutes those of the rollbacks.
   *
   * @param canaryBad the canary's share of bad jobs
   * @param waldJobs what Wald's test needs of good and bad alone, told both shares
   * @param falseRollback of a healthy version, with the signal
   */
  record Row(
      String signal,
      double canaryBad,
      double waldJobs,
      double jobsWithout,
      double jobsWith,
      double minutesWithout,
      double minutesWith,
      double missedWith,
      double falseRollback) {
    double gain() {
      return minutesWithout / minutesWith;
    }
  }

  static List<Row> run(VerdictPolicy policy, int traces, long seed) {
    List<Row> rows = new ArrayList<>();
    for (double regression : new double[] {0.09, 0.29}) {
      rows.add(lateness(policy, traces, seed, regression));
      rows.add(earlyFailure(policy, traces, seed, regression));
    }
    for (Signal signal : Signal.values()) {
      rows.add(signal(policy, traces, seed, signal));
    }
    return rows;
  }

  private static Row lateness(VerdictPolicy policy, int traces, long seed, double regression) {
    World world = new World(World.Kind.LATE, regression, WEIGHT, 1);
    return earlier(
        "certain lateness", policy, traces, seed, world, t -> t, t -> t.told(i -> t.end[i]));
  }

  /** A bad job shows NaN in its first steps and is stopped, instead of being judged at its end. */
  private static Row earlyFailure(VerdictPolicy policy, int traces, long seed, double regression) {
    World world = new World(World.Kind.PLAIN, regression, WEIGHT, 1);
    return earlier(
        "early NaN",
        policy,
        traces,
        seed,
        world,
        t -> t.told(i -> t.bad[i] ? t.start[i] + 10 : t.end[i]),
        t -> t);
  }

  private static Row earlier(
      String name,
      VerdictPolicy policy,
      int traces,
      long seed,
      World world,
      UnaryOperator<Trace> told,
      UnaryOperator<Trace> untold) {
    Tally with = judged(policy, traces, seed, world, told);
    Tally without = judged(policy, traces, seed, world, untold);
    World healthy = new World(world.kind(), 0, world.weight(), world.rate());
    Wald wald = new Wald(World.HEALTHY, world.canaryRate(0), policy.alpha(), policy.beta());
    return new Row(
        name,
        world.canaryRate(0),
        wald.jobs(wald.broken()),
        without.jobs(),
        with.jobs(),
        without.minutes(),
        with.minutes(),
        with.missed(),
        judged(policy, traces, seed, healthy, told).rollback());
  }

  private static Tally judged(
      VerdictPolicy policy, int traces, long seed, World world, UnaryOperator<Trace> told) {
    return tally(
        traces,
        i -> {
          SplittableRandom random = Seeds.random(seed, world, i);
          return Ours.judge(world, policy, told.apply(world.trace(random)), random);
        });
  }

  private static Row signal(VerdictPolicy policy, int traces, long seed, Signal signal) {
    Tally without = tally(traces, i -> stream(policy, seed + i, signal, true, false));
    Tally with = tally(traces, i -> stream(policy, seed + i, signal, true, true));
    Tally healthy = tally(traces, i -> stream(policy, -seed - i, signal, false, true));
    double stableBad = badShare(signal, Arm.STABLE, seed);
    double canaryBad = badShare(signal, Arm.CANARY, seed);
    Wald wald = new Wald(stableBad, canaryBad, policy.alpha(), policy.beta());
    return new Row(
        signal.name().toLowerCase(Locale.ROOT).replace('_', ' '),
        canaryBad,
        wald.jobs(canaryBad),
        without.jobs(),
        with.jobs(),
        without.minutes(),
        with.minutes(),
        with.missed(),
        healthy.rollback());
  }

  private static Tally tally(int traces, IntFunction<Outcome> judge) {
    return new Tally(IntStream.range(0, traces).parallel().mapToObj(judge).toList());
  }

  /** One job of the world of pace and scores. */
  private record Job(boolean bad, double pace, double score) {}

  private static Job job(Signal signal, boolean worse, double shared, SplittableRandom random) {
    double own = random.nextGaussian();
    double noise = signal.paired() ? Math.sqrt(SHARED) * shared + Math.sqrt(1 - SHARED) * own : own;
    double pace = Math.exp(PACE_NOISE * noise) * (worse && signal.paces() ? SLOWER : 1);
    double drop = worse && !signal.paces() ? SCORE_DROP : 0;
    double score = Math.max(0, SCORE - drop + SCORE_NOISE * noise);
    double seconds = (60 + 60 * random.nextDouble()) * pace;
    boolean bad =
        random.nextDouble() < World.HEALTHY
            || (signal.paces() ? seconds > World.DEADLINE : score < SCORE_LIMIT);
    return new Job(bad, pace, score);
  }

  /** Pairs are replays of stored prompts on both versions; else 19 jobs of 20 are stable's. */
  private static Outcome stream(
      VerdictPolicy policy, long seed, Signal signal, boolean worse, boolean told) {
    SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L);
    Evidence evidence = Evidence.none(policy);
    for (int i = 1; i <= World.JOBS; i++) {
      double shared = random.nextGaussian();
      int stable = signal.paired() ? 1 : Ours.poisson((1 - WEIGHT) / WEIGHT, random);
      for (int j = 0; j < stable; j++) {
        evidence = folded(evidence, Arm.STABLE, job(signal, false, shared, random), signal, told);
      }
      evidence = folded(evidence, Arm.CANARY, job(signal, worse, shared, random), signal, told);
      RolloutVerdict verdict = RolloutJudge.decide(evidence, LAST);
      if (!(verdict instanceof RolloutVerdict.Continue)) {
        boolean rollback = verdict instanceof RolloutVerdict.Rollback;
        return new Outcome(
            rollback ? Outcome.Verdict.ROLLBACK : Outcome.Verdict.PROMOTE,
            60 * i * MINUTES_PER_JOB,
            i,
            (int) evidence.bad(Arm.CANARY));
      }
    }
    return new Outcome(Outcome.Verdict.UNDECIDED, 60 * World.JOBS * MINUTES_PER_JOB, World.JOBS, 0);
  }

  private static Evidence folded(Evidence evidence, Arm arm, Job job, Signal signal, boolean told) {
    double pace = told && signal.paces() ? job.pace : Double.NaN;
    Ending ending = !job.bad ? Ending.GOOD : signal.paces() ? Ending.LATE : Ending.LOW_QUALITY;
    double score = told && !signal.paces() ? job.score : Double.NaN;
    return evidence.with(new JobOutcome("job", arm, Instant.EPOCH, ending, pace, score, null));
  }

  private static double badShare(Signal signal, Arm arm, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return Stream.generate(() -> job(signal, arm == Arm.CANARY, random.nextGaussian(), random))
        .limit(200_000)
        .mapToDouble(job -> job.bad ? 1 : 0)
        .average()
        .orElseThrow();
  }
}

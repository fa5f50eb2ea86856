package dev.kintsugi.core.rollout;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What the jobs of a rollout say so far; immutable and of bounded size. It is a fold: the same
 * outcomes in the same order give the same evidence, so it needs no store of its own. Outcomes are
 * folded by {@link JobOutcome#at}, then by {@link JobOutcome#job}. Stable jobs from before the
 * canary's first may be folded too and sharpen the comparison.
 *
 * <p>Cost has a channel of its own though a job's cost is its pace times the price of its GPU
 * seconds: a version may need a dearer GPU and still be cheaper, or the other way round. The price
 * is a fact of the spec, no random variable, so the channel ranks the same paces with {@link
 * VerdictPolicy#priceRatio}; with equal prices it is the same number as the channel of time.
 */
public final class Evidence {
  /** A score lower by this share is no regression: a new version has another look. */
  private static final double SCORE_TOLERANCE = 0.1;

  private final VerdictPolicy policy;
  private final long[] counts;
  private final BadJobs badJobs;
  private final Map<Channel, Ranks> ranks;
  private final Map<Arm, BoundedMean> stars;

  private Evidence(
      VerdictPolicy policy,
      long[] counts,
      BadJobs badJobs,
      Map<Channel, Ranks> ranks,
      Map<Arm, BoundedMean> stars) {
    this.policy = policy;
    this.counts = counts;
    this.badJobs = badJobs;
    this.ranks = ranks;
    this.stars = stars;
  }

  public static Evidence none(VerdictPolicy policy) {
    double smallest = policy.smallestSlowdown();
    Ranks paces = Ranks.none(1 + smallest / 2, 1 + smallest);
    double score = 1 / (1 + SCORE_TOLERANCE);
    Map<Channel, Ranks> ranks = new EnumMap<>(Channel.class);
    ranks.put(Channel.TIME, paces);
    ranks.put(Channel.COST, paces);
    ranks.put(Channel.QUALITY, Ranks.none(score, score));
    ranks.put(Channel.RATING, Ranks.none(1, 1));
    long[] counts = new long[Arm.values().length * Ending.values().length];
    Map<Arm, BoundedMean> stars = new EnumMap<>(Arm.class);
    for (Arm arm : Arm.values()) {
      stars.put(arm, BoundedMean.none(RatingDifference.ALPHA));
    }
    return new Evidence(policy, counts, BadJobs.none(policy), ranks, stars);
  }

  public static Evidence of(VerdictPolicy policy, Iterable<JobOutcome> outcomes) {
    Evidence evidence = none(policy);
    for (JobOutcome outcome : outcomes) {
      evidence = evidence.with(outcome);
    }
    return evidence;
  }

  public Evidence with(JobOutcome outcome) {
    Evidence next = ended(outcome.arm(), outcome.ending());
    if (outcome.ending() == Ending.EXCUSED) {
      return next;
    }
    if (outcome.ending() != Ending.FAILED && !Double.isNaN(outcome.pace())) {
      double price = outcome.arm() == Arm.CANARY ? policy.priceRatio() : 1;
      next = next.ranked(Channel.TIME, outcome.arm(), outcome.pace());
      next = next.ranked(Channel.COST, outcome.arm(), outcome.pace() * price);
    }
    if (outcome.ending() != Ending.FAILED && !Double.isNaN(outcome.score())) {
      next = next.ranked(Channel.QUALITY, outcome.arm(), -outcome.score());
    }
    return outcome.rating() == null ? next : next.withRating(outcome.arm(), outcome.rating());
  }

  /** The same as so many good jobs of unknown pace and without a rating. */
  public Evidence withGood(Arm arm, long jobs) {
    if (arm == Arm.STABLE) {
      return counted(arm, Ending.GOOD, jobs, badJobs.stableGood(jobs));
    }
    BadJobs next = badJobs;
    for (long i = 0; i < jobs; i++) {
      next = next.canary(false);
    }
    return counted(arm, Ending.GOOD, jobs, next);
  }

  /** The same as so many jobs of the canary that are certain to end late. */
  Evidence withLate(long jobs) {
    BadJobs next = badJobs;
    for (long i = 0; i < jobs; i++) {
      next = next.canary(true);
    }
    return counted(Arm.CANARY, Ending.LATE, jobs, next);
  }

  /** A rating of 1 to 5 that came after its job's outcome was folded; higher is better. */
  public Evidence withRating(Arm arm, int rating) {
    Map<Arm, BoundedMean> more = new EnumMap<>(stars);
    more.compute(
        arm, (same, before) -> Objects.requireNonNull(before).with(RatingDifference.share(rating)));
    return new Evidence(policy, counts, badJobs, ranks, more).ranked(Channel.RATING, arm, -rating);
  }

  /** What customers think of the two versions. */
  public RatingDifference ratings() {
    return RatingDifference.of(
        Objects.requireNonNull(stars.get(Arm.STABLE)),
        Objects.requireNonNull(stars.get(Arm.CANARY)));
  }

  public VerdictPolicy policy() {
    return policy;
  }

  public long count(Arm arm, Ending ending) {
    return counts[at(arm, ending)];
  }

  /** How the jobs of a version ended, excused ones too. */
  public Map<Ending, Long> counts(Arm arm) {
    Map<Ending, Long> result = new EnumMap<>(Ending.class);
    for (Ending ending : Ending.values()) {
      result.put(ending, count(arm, ending));
    }
    return result;
  }

  /** Jobs that count, good and bad. */
  public long jobs(Arm arm) {
    return Arrays.stream(Ending.values())
        .filter(ending -> ending != Ending.EXCUSED)
        .mapToLong(ending -> count(arm, ending))
        .sum();
  }

  public long bad(Arm arm) {
    return Arrays.stream(Ending.values())
        .filter(Ending::bad)
        .mapToLong(ending -> count(arm, ending))
        .sum();
  }

  /** Natural logarithm of the evidence that the canary is worse in anything: an e-process. */
  public double regression() {
    return regression(0);
  }

  /** The same if so many more jobs of the canary were good. */
  double regression(long good) {
    return LogSum.of(
        Arrays.stream(Channel.values())
            .mapToDouble(
                channel ->
                    channel.logWeight()
                        + (channel == Channel.BAD_JOBS
                            ? badJobs.regression(good)
                            : regression(channel)))
            .toArray());
  }

  /** The same of one channel alone, before its weight. */
  public double regression(Channel channel) {
    Ranks ranked = ranks.get(channel);
    return ranked == null ? badJobs.regression() : ranked.regression();
  }

  /**
   * Natural logarithm of the evidence that the canary is neither worse by the smallest regression
   * nor slower or dearer by the smallest slowdown: the least of their e-processes, because a bad
   * version passes only when its own is passed. Paces count only where they are known; scores and
   * ratings stop a version but are not waited for.
   */
  public double health() {
    double least = badJobs.health();
    for (Channel channel : List.of(Channel.TIME, Channel.COST)) {
      Ranks paces = Objects.requireNonNull(ranks.get(channel));
      least = paces.compared() == 0 ? least : Math.min(least, paces.health());
    }
    return least;
  }

  private Evidence ended(Arm arm, Ending ending) {
    BadJobs next = badJobs;
    if (ending != Ending.EXCUSED) {
      next = arm == Arm.STABLE ? next.stable(ending.bad()) : next.canary(ending.bad());
    }
    return counted(arm, ending, 1, next);
  }

  private Evidence counted(Arm arm, Ending ending, long jobs, BadJobs next) {
    long[] more = counts.clone();
    more[at(arm, ending)] += jobs;
    return new Evidence(policy, more, next, ranks, stars);
  }

  private Evidence ranked(Channel channel, Arm arm, double value) {
    Map<Channel, Ranks> more = new EnumMap<>(ranks);
    more.compute(channel, (same, before) -> fold(Objects.requireNonNull(before), arm, value));
    return new Evidence(policy, counts, badJobs, more, stars);
  }

  private static Ranks fold(Ranks ranks, Arm arm, double value) {
    return arm == Arm.STABLE ? ranks.stable(value) : ranks.canary(value);
  }

  private static int at(Arm arm, Ending ending) {
    return arm.ordinal() * Ending.values().length + ending.ordinal();
  }
}

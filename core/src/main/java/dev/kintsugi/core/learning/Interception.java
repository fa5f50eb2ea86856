package dev.kintsugi.core.learning;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How many failures rules kept from a GPU, and at what price for good prompts.
 *
 * <p>Of what is stopped nobody sees whether it would have failed. But chance alone decides which
 * prompts of an acting rule are stopped and which are let through (a canary's other half, the
 * explored share of an enforced rule), so the latter are a random sample of all: the share of them
 * that fails, times the prompts stopped, is what was kept from a GPU (a ratio estimator, Cochran,
 * "Sampling Techniques", 1977, chapter 6). This is done for each {@link Group}, in which every
 * prompt was let through with the same probability; pooled, a canary that lets half through would
 * outweigh an enforced rule that lets one in twenty through.
 *
 * <p>The interval of a group is the set of all numbers of failures among its prompts that the
 * sample does not refute: the prior over the posterior of the true number has expectation 1, so
 * Markov's inequality bounds how often it exceeds 1/alpha (the prior-posterior ratio of
 * Waudby-Smith and Ramdas, "Confidence sequences for sampling without replacement", 2020, under a
 * uniform prior, whose posterior is beta-binomial). It is exact for every size, none too small, and
 * a little wide. It holds at each time one looks, not over all times together. Groups share alpha,
 * so that their sum holds too.
 *
 * <p>Assumed: a job that says nothing of its prompt (a fault of a node, a cancelled one) is missing
 * by chance; and a prompt that was stopped is not sent again in other words, which would count it
 * twice.
 *
 * @param stopped prompts that rules stopped
 * @param unmeasured of them those of rules of which nothing that was let through has ended yet;
 *     they are in the intervals, and neither intercepted nor good in the single numbers
 * @param intercepted of those stopped how many would have failed
 * @param failed jobs that ran and failed by their input
 * @param good jobs that ran and went well
 */
public record Interception(
    long stopped, long unmeasured, Estimate intercepted, long failed, long good) {

  /** How often an interval misses the truth, at most. */
  public static final double ALPHA = 0.05;

  /**
   * What one rule did in one stage with the prompts it decided of.
   *
   * @param rule any name of it; empty for prompts on which none acted
   * @param stopped prompts it stopped
   * @param failed prompts it let through that failed
   * @param good prompts it let through that went well
   */
  public record Group(String rule, RuleStage stage, long stopped, long failed, long good) {

    /** Prompts on which no rule acted. */
    public static Group rest(long failed, long good) {
      return new Group("", RuleStage.CANDIDATE, 0, failed, good);
    }

    long seen() {
      return failed + good;
    }
  }

  /**
   * @param groups of a time, each rule and stage once; every job that ended is in one of them
   */
  public static Interception of(Collection<Group> groups) {
    List<Group> acting = groups.stream().filter(group -> group.stopped() > 0).toList();
    double alpha = ALPHA / Math.max(1, acting.size());
    Map<Group, Double> precisions = precisions(groups);
    double value = 0;
    double low = 0;
    double high = 0;
    long unmeasured = 0;
    for (Group group : acting) {
      Double precision = precisions.get(group);
      if (precision == null) {
        unmeasured += group.stopped();
      } else {
        value += group.stopped() * precision;
      }
      low += bound(group, alpha, 0);
      high += bound(group, alpha, group.stopped());
    }
    long stopped = acting.stream().mapToLong(Group::stopped).sum();
    return new Interception(
        stopped,
        unmeasured,
        new Estimate(Math.clamp(value, low, high), low, high),
        groups.stream().mapToLong(Group::failed).sum(),
        groups.stream().mapToLong(Group::good).sum());
  }

  /**
   * Share of each group's prompts that fails: by its own, or where none of them has ended by those
   * of the rule's other stages. A group of which nothing is known is left out.
   */
  public static Map<Group, Double> precisions(Collection<Group> groups) {
    Map<String, Group> rules =
        groups.stream()
            .collect(Collectors.toMap(Group::rule, group -> group, Interception::together));
    return groups.stream()
        .filter(group -> known(group, rules).seen() > 0)
        .collect(
            Collectors.toMap(
                group -> group,
                group -> (double) known(group, rules).failed() / known(group, rules).seen(),
                (one, other) -> one));
  }

  private static Group known(Group group, Map<String, Group> rules) {
    return group.seen() > 0 ? group : rules.getOrDefault(group.rule(), group);
  }

  static Group together(Group one, Group other) {
    return new Group(
        one.rule(),
        one.stage(),
        one.stopped() + other.stopped(),
        one.failed() + other.failed(),
        one.good() + other.good());
  }

  /** Failures kept from a GPU, of all that would have been; null where there were none. */
  public @Nullable Estimate rate() {
    return share(intercepted.value(), intercepted.low(), intercepted.high(), failed);
  }

  /** Good prompts that were stopped, of all good ones; null where there were none. */
  public @Nullable Estimate falsePositives() {
    return share(
        stopped - unmeasured - intercepted.value(),
        stopped - intercepted.high(),
        stopped - intercepted.low(),
        good);
  }

  /** Good prompts that were not stopped, of all good ones; null where there were none. */
  public @Nullable Estimate spared() {
    Estimate stopped = falsePositives();
    return stopped == null
        ? null
        : new Estimate(1 - stopped.value(), 1 - stopped.high(), 1 - stopped.low());
  }

  /** Of what is estimated and what is known: grows with the former, so its bounds are bounds. */
  private static @Nullable Estimate share(double value, double low, double high, long known) {
    if (high + known == 0) {
      return null;
    }
    double kept = Math.clamp(value, low, high);
    return new Estimate(
        kept + known == 0 ? 0 : kept / (kept + known),
        low == 0 ? 0 : low / (low + known),
        high == 0 ? 0 : high / (high + known));
  }

  /**
   * The last number of failures among those stopped that is not refuted, from the likeliest one
   * towards an end of all possible ones.
   */
  private static long bound(Group group, double alpha, long end) {
    long likeliest =
        group.seen() == 0
            ? end
            : Math.min(
                group.stopped(), (long) ((group.stopped() + 1.0) * group.failed() / group.seen()));
    double least = Math.log(alpha) - Math.log(group.stopped() + group.seen() + 1.0);
    long inside = likeliest;
    long outside = end < likeliest ? end - 1 : end + 1;
    while (Math.abs(outside - inside) > 1) {
      long middle = inside + (outside - inside) / 2;
      if (logPosterior(group, middle) >= least) {
        inside = middle;
      } else {
        outside = middle;
      }
    }
    return inside;
  }

  /** Beta-binomial: probability that so many of those stopped would have failed. */
  private static double logPosterior(Group group, long failures) {
    return logChoose(group.stopped(), failures)
        + logBeta(failures + group.failed() + 1, group.stopped() - failures + group.good() + 1)
        - logBeta(group.failed() + 1, group.good() + 1);
  }

  private static double logChoose(long n, long k) {
    return RuleLifecycle.logFactorial(n)
        - RuleLifecycle.logFactorial(k)
        - RuleLifecycle.logFactorial(n - k);
  }

  private static double logBeta(long a, long b) {
    return RuleLifecycle.logFactorial(a - 1)
        + RuleLifecycle.logFactorial(b - 1)
        - RuleLifecycle.logFactorial(a + b - 1);
  }
}

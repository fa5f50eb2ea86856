package dev.kintsugi.core.learning;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/**
 * Moves rules by what is seen of them.
 *
 * <p>Up: the share of its prompts that fail is at least the wanted one, by a lower bound that may
 * be looked at after every prompt. The bound is Robbins's: the mixture of all binomial likelihoods
 * under a uniform prior, over the likelihood of a share, is a martingale if that is the true one,
 * so it exceeds 1/alpha with probability alpha at most (Ville). Each stage starts from nothing, so
 * a rule is enforced on evidence that it was not chosen by.
 *
 * <p>Down: a rule that stops being true must not be kept by its past. Evidence of the small share
 * over the wanted one is multiplied up and never falls below 1 (CUSUM); with a true rule it takes
 * 1/alpha prompts or more on average until it doubts for nothing (Shin, Ramdas and Rinaldo,
 * "E-detectors", 2023).
 *
 * <p>Back: an enforced rule that is true too seldom, though not as seldom as that, is tried again.
 * Its share is below the wanted one by the same bound from above; in a stage that it is truly in
 * place in, that happens with probability alpha at most, however long the stage is.
 */
public final class RuleLifecycle {

  private RuleLifecycle() {}

  /** After the end of one of its prompts that was let through. */
  public static RuleState seen(RuleState state, boolean failed, LifecyclePolicy policy) {
    double ratio =
        failed
            ? policy.falsePrecision() / policy.leastPrecision()
            : (1 - policy.falsePrecision()) / (1 - policy.leastPrecision());
    return new RuleState(
        state.stage(),
        state.since(),
        state.pinned(),
        state.matched() + 1,
        state.failed() + (failed ? 1 : 0),
        Math.max(0, state.doubt() + Math.log(ratio)));
  }

  /**
   * Whether a prompt of the rule is stopped.
   *
   * @param draw 0..1, of each prompt by chance
   */
  public static boolean stops(RuleState state, double draw, LifecyclePolicy policy) {
    return switch (state.stage()) {
      case CANDIDATE, SHADOW, RETIRED -> false;
      case CANARY -> draw < policy.canaryShare();
      case ENFORCED -> draw >= policy.exploreShare();
    };
  }

  /**
   * @param lastSeen newest prompt of the rule, stopped or not, in whatever stage; each stage waits
   *     anew for one
   */
  public static RuleDecision decide(
      RuleState state, Instant lastSeen, LifecyclePolicy policy, Instant now) {
    if (state.stage() == RuleStage.RETIRED) {
      return new RuleDecision.Stay("It is retired.");
    }
    if (state.pinned()) {
      return new RuleDecision.Stay("A person pinned it.");
    }
    if (state.doubt() >= -Math.log(policy.alpha())) {
      return new RuleDecision.Move(
          state.at(RuleStage.RETIRED, now),
          "Its prompts do not fail any more: %s.".formatted(counted(state)));
    }
    Instant waited = lastSeen.isAfter(state.since()) ? lastSeen : state.since();
    if (Duration.between(waited, now).compareTo(policy.unseen()) >= 0) {
      return new RuleDecision.Move(
          state.at(RuleStage.RETIRED, now),
          "No prompt of it for %d days.".formatted(policy.unseen().toDays()));
    }
    if (state.stage() == RuleStage.CANDIDATE) {
      return new RuleDecision.Move(state.at(RuleStage.SHADOW, now), "It is watched from now on.");
    }
    return state.stage() == RuleStage.ENFORCED
        ? enforced(state, policy, now)
        : onTrial(state, policy, now);
  }

  private static RuleDecision enforced(RuleState state, LifecyclePolicy policy, Instant now) {
    if (!tooSeldom(state, policy)) {
      return new RuleDecision.Stay(numbers(state, "at least", least(state, policy), policy) + ".");
    }
    double most = mostPrecision(state.failed(), state.matched(), policy.alpha());
    return new RuleDecision.Move(
        state.at(RuleStage.CANARY, now), numbers(state, "at most", most, policy) + ".");
  }

  /** Whether the upper bound of its share is below the wanted one. */
  static boolean tooSeldom(RuleState state, LifecyclePolicy policy) {
    double wanted = policy.leastPrecision();
    return state.failed() < wanted * state.matched()
        && against(wanted, state.failed(), state.matched()) > -Math.log(policy.alpha());
  }

  private static RuleDecision onTrial(RuleState state, LifecyclePolicy policy, Instant now) {
    double least = least(state, policy);
    String numbers = numbers(state, "at least", least, policy);
    if (least < policy.leastPrecision()) {
      return new RuleDecision.Stay(numbers + ".");
    }
    return policy.manual() && state.stage() == RuleStage.SHADOW
        ? new RuleDecision.Stay(numbers + ": it waits for a person, as its policy says.")
        : new RuleDecision.Move(state.at(next(state.stage()), now), numbers + ".");
  }

  private static RuleStage next(RuleStage stage) {
    return stage == RuleStage.SHADOW ? RuleStage.CANARY : RuleStage.ENFORCED;
  }

  private static double least(RuleState state, LifecyclePolicy policy) {
    return leastPrecision(state.failed(), state.matched(), policy.alpha());
  }

  private static String numbers(
      RuleState state, String bounded, double share, LifecyclePolicy policy) {
    return String.format(
        Locale.ROOT,
        "%s, so %s %.0f %% do, with %.0f %% wanted",
        counted(state),
        bounded,
        100 * share,
        100 * policy.leastPrecision());
  }

  private static String counted(RuleState state) {
    return "%d of %d let through failed".formatted(state.failed(), state.matched());
  }

  /** Upper bound of a share, whenever one looks. */
  static double mostPrecision(long failed, long matched, double alpha) {
    return 1 - leastPrecision(matched - failed, matched, alpha);
  }

  /** Lower bound of a share, whenever one looks; bisected, since the evidence falls towards it. */
  static double leastPrecision(long failed, long matched, double alpha) {
    double low = 0;
    double high = matched == 0 ? 0 : (double) failed / matched;
    double needed = -Math.log(alpha);
    for (int i = 0; i < 50 && high > 0; i++) {
      double middle = (low + high) / 2;
      if (against(middle, failed, matched) >= needed) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Natural logarithm of the evidence against a share. */
  private static double against(double share, long failed, long matched) {
    long well = matched - failed;
    double mixture = logFactorial(failed) + logFactorial(well) - logFactorial(matched + 1);
    double likelihood =
        (failed == 0 ? 0 : failed * Math.log(share)) + (well == 0 ? 0 : well * Math.log1p(-share));
    return mixture - likelihood;
  }

  /** Stirling's series above 20, exact below. */
  static double logFactorial(long n) {
    if (n <= 20) {
      double product = 1;
      for (long i = 2; i <= n; i++) {
        product *= i;
      }
      return Math.log(product);
    }
    double x = n;
    return x * Math.log(x)
        - x
        + 0.5 * Math.log(2 * Math.PI * x)
        + 1 / (12 * x)
        - 1 / (360 * x * x * x);
  }
}

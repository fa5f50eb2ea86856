package dev.kintsugi.core.rollout;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What becomes of a rollout now. */
public sealed interface RolloutVerdict {

  /** Metric label, log field, reason of the event and of the condition. */
  Reason reason();

  Numbers numbers();

  /** One plain sentence with the numbers. */
  String message();

  /** Why it was decided so. */
  enum Reason {
    /** The evidence this step needs is there. */
    STEP_PROVEN,
    MORE_BAD_JOBS,
    SLOWER,
    COSTLIER,
    LOWER_QUALITY,
    WORSE_RATED,
    WRONG_WEIGHTS,
    /** Neither way is proven yet. */
    GATHERING_EVIDENCE,
    /** It has everything and is watched. */
    WATCHING,
    HELD,
    NO_CANARY_JOBS,
    NO_STABLE_JOBS,
    /** There were jobs, but too few for a verdict in time. */
    LIMIT_REACHED
  }

  /**
   * What the verdict was made with. Excused jobs are in none of the counts.
   *
   * @param leading channel with the most evidence for a regression
   * @param regression evidence that the canary is worse: an e-value, 1 says nothing
   * @param regressionNeeded 1/α, at which it is rolled back
   * @param health evidence that it is not worse by the smallest regression worth detecting
   * @param healthNeeded what this step needs of it
   */
  record Numbers(
      long canaryJobs,
      long canaryBad,
      long stableJobs,
      long stableBad,
      long certainBadInFlight,
      Channel leading,
      double regression,
      double regressionNeeded,
      double health,
      double healthNeeded) {

    String jobs() {
      return "%d of %d canary jobs were bad%s, and %d of %d stable ones%s"
          .formatted(
              canaryBad,
              canaryJobs,
              percent(canaryBad, canaryJobs),
              stableBad,
              stableJobs,
              percent(stableBad, stableJobs));
    }

    private static String percent(long bad, long jobs) {
      return jobs == 0 ? "" : String.format(Locale.ROOT, " (%.1f %%)", 100.0 * bad / jobs);
    }

    private static String evidence(double value, double needed) {
      return String.format(Locale.ROOT, "%.3g of %.3g", Math.min(value, 1e15), needed);
    }

    String regressionText() {
      return "evidence of a regression " + evidence(regression, regressionNeeded);
    }

    String healthText() {
      return "evidence of health " + evidence(health, healthNeeded);
    }
  }

  /** Go to the next step, or after the last one to the watch. */
  record Promote(Reason reason, Numbers numbers) implements RolloutVerdict {
    @Override
    public String message() {
      return "This step is proven: %s; %s.".formatted(numbers.jobs(), numbers.healthText());
    }
  }

  /**
   * Take the canary's traffic away.
   *
   * @param wrongWeights why it can have no jobs; null where its jobs are what speaks against it
   */
  record Rollback(Reason reason, Numbers numbers, @Nullable String wrongWeights)
      implements RolloutVerdict {
    @Override
    public String message() {
      if (wrongWeights != null) {
        return wrongWeights + ".";
      }
      String what =
          switch (reason) {
            case SLOWER -> "The canary is slower";
            case COSTLIER -> "The canary costs more";
            case LOWER_QUALITY -> "The canary's videos score lower";
            case WORSE_RATED -> "Customers rate the canary lower";
            default -> "The canary makes more bad jobs";
          };
      String inFlight =
          numbers.certainBadInFlight == 0
              ? ""
              : ", and %d more in flight are certain to be bad"
                  .formatted(numbers.certainBadInFlight);
      return "%s: %s%s; %s.".formatted(what, numbers.jobs(), inFlight, numbers.regressionText());
    }
  }

  /** Keep the weight and go on looking. */
  record Continue(Reason reason, Numbers numbers) implements RolloutVerdict {
    @Override
    public String message() {
      return reason == Reason.WATCHING
          ? "Everything runs on the new version, which is watched: %s; %s."
              .formatted(numbers.jobs(), numbers.regressionText())
          : "No verdict yet: %s; %s, %s."
              .formatted(numbers.jobs(), numbers.healthText(), numbers.regressionText());
    }
  }

  /**
   * Keep the weight: something outside forbids to go on.
   *
   * @param proven this step has its evidence and goes on when nothing holds it
   */
  record Hold(
      Reason reason, List<dev.kintsugi.core.rollout.Hold> holds, boolean proven, Numbers numbers)
      implements RolloutVerdict {

    public Hold {
      holds = List.copyOf(holds);
    }

    @Override
    public String message() {
      return "Held, because %s; %s; %s."
          .formatted(
              holds.stream()
                  .map(dev.kintsugi.core.rollout.Hold::sentence)
                  .collect(Collectors.joining(" and ")),
              numbers.jobs(),
              numbers.healthText());
    }
  }

  /** The time is over without a verdict: pause for a person. */
  record Inconclusive(Reason reason, Numbers numbers) implements RolloutVerdict {
    @Override
    public String message() {
      String why =
          switch (reason) {
            case NO_CANARY_JOBS -> "The canary made no jobs in the time it had";
            case NO_STABLE_JOBS -> "No stable jobs ended to compare with in the time there was";
            default -> "The time is over without a verdict";
          };
      return "%s: %s; %s, %s."
          .formatted(why, numbers.jobs(), numbers.healthText(), numbers.regressionText());
    }
  }
}

package dev.kintsugi.core.slo;

import dev.kintsugi.core.slo.SloReview.State;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Whether a service's error budgets allow a change.
 *
 * @param message the objectives it rests on, in numbers
 */
public record BudgetGate(Verdict verdict, String message) {

  /** What the budgets say. */
  public enum Verdict {
    /** Every budget has something left. */
    OPEN,
    /** At least one is spent. */
    SPENT,
    /** None is known to be spent, and at least one is not known. */
    UNKNOWN,
    /** The service has no objective. */
    NO_OBJECTIVE
  }

  /**
   * @param reviews of the service, by the objective's name
   */
  public static BudgetGate decide(Map<String, SloReview> reviews) {
    if (reviews.isEmpty()) {
      return new BudgetGate(Verdict.NO_OBJECTIVE, "the service has no objective");
    }
    List<String> spent = named(reviews, State.EXHAUSTED);
    if (!spent.isEmpty()) {
      return new BudgetGate(Verdict.SPENT, "error budget spent: " + String.join("; ", spent));
    }
    List<String> unknown = named(reviews, State.NO_DATA);
    return unknown.isEmpty()
        ? new BudgetGate(Verdict.OPEN, "every error budget has something left")
        : new BudgetGate(Verdict.UNKNOWN, "error budget unknown: " + String.join("; ", unknown));
  }

  private static List<String> named(Map<String, SloReview> reviews, State state) {
    return reviews.entrySet().stream()
        .filter(entry -> entry.getValue().state() == state)
        .sorted(Map.Entry.comparingByKey())
        .map(entry -> entry.getKey() + " " + numbers(entry.getValue()))
        .toList();
  }

  private static String numbers(SloReview review) {
    Double left = review.budgetLeft();
    return left == null
        ? "(no events)"
        : String.format(
            Locale.ROOT,
            "(%.1f of %d events bad, %.0f %% of the budget left)",
            review.window().bad(),
            review.window().events(),
            left * 100);
  }
}

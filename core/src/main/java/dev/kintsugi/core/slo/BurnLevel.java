package dev.kintsugi.core.slo;

import java.time.Duration;

/**
 * One burn-rate alert of an objective, as derived by {@link BurnPlan}. A burn rate of 1 spends the
 * budget exactly by the end of the window.
 *
 * @param window events counted
 * @param shortWindow the end of it: clears the alert soon after the burn ended
 * @param detects burn rate that is found with a probability of at least {@code 1 - missed}
 * @param limit burn rate it fires at, at the traffic it was derived for
 * @param clears burn rate of the short window below which it does not fire
 * @param events expected in the window
 * @param falseAlerts upper bound of the number expected per objective window, while the service
 *     keeps exactly its objective
 * @param missed probability that a burn of {@code detects} over a whole window does not fire
 */
public record BurnLevel(
    Name name,
    Duration window,
    Duration shortWindow,
    double detects,
    double limit,
    double clears,
    long events,
    double falseAlerts,
    double missed) {

  /** Highest {@link #missed} of a level that has enough traffic. */
  public static final double MISSED = 0.05;

  /** The traffic is enough to find the burn as surely as declared. */
  public boolean decisive() {
    return missed <= MISSED;
  }

  /** From the fastest burn to the slowest. */
  public enum Name {
    /** Most of the budget would be gone before a person could look at it tomorrow. */
    PAGE_FAST("page-fast", true, 1, 0.01, 0.02),
    PAGE_SLOW("page-slow", true, 0.6, 0.03, 0.03),
    /** The budget will not last; office hours are soon enough. */
    TICKET("ticket", false, 0.25, 0.1, 0.2);

    private final String wireName;
    private final boolean pages;
    private final double exponent;
    private final double spend;
    private final double falseAlerts;

    Name(String wireName, boolean pages, double exponent, double spend, double falseAlerts) {
      this.wireName = wireName;
      this.pages = pages;
      this.exponent = exponent;
      this.spend = spend;
      this.falseAlerts = falseAlerts;
    }

    public String wireName() {
      return wireName;
    }

    public boolean pages() {
      return pages;
    }

    /** Burn rate to find, where the fastest that can be found is known. */
    double detects(double fastest) {
      return Math.pow(fastest, exponent);
    }

    /** Part of the budget that is spent when it fires, at least: less is not worth an alert. */
    double spend() {
      return spend;
    }

    /** False alerts per objective window that are accepted. */
    public double falseAlerts() {
      return falseAlerts;
    }
  }
}

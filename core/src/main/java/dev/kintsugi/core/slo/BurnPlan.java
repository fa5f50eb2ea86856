package dev.kintsugi.core.slo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Burn-rate alerts of an objective at a traffic.
 *
 * <p>The fastest burn is the one that would spend the budget in two days, or an outage of nearly
 * everything where the objective is so low that nothing burns faster; the slower levels divide the
 * range down to 1 geometrically. Each level takes the shortest window in which the burn is told
 * from a service that keeps exactly its objective: by exact binomial tails, with a union bound over
 * every position the window slides through. It fires halfway between the two burn rates, or later
 * where the traffic is so low that chance reaches that far. Two bad events are needed always.
 */
public final class BurnPlan {

  /** Share of bad events of an outage that must be found whatever the objective. */
  static final double NEAR_OUTAGE = 0.95;

  static final long LEAST_BAD = 2;

  private static final Duration BUDGET_GONE_IN = Duration.ofDays(2);
  private static final double SLOWEST_FAST_BURN = 4;
  private static final double WORTH_TELLING = 1.05;
  private static final int WINDOWS_PER_OBJECTIVE = 4;
  private static final int SHORT_PART = 12;
  private static final double BAD_IN_SHORT = 4;
  private static final int[] OVERLAPS = {1, 2, 4, 8};

  private static final List<Duration> LADDER =
      List.of(
          Duration.ofMinutes(5),
          Duration.ofMinutes(10),
          Duration.ofMinutes(15),
          Duration.ofMinutes(30),
          Duration.ofHours(1),
          Duration.ofHours(2),
          Duration.ofHours(3),
          Duration.ofHours(6),
          Duration.ofHours(12),
          Duration.ofDays(1),
          Duration.ofDays(2),
          Duration.ofDays(3),
          Duration.ofDays(5),
          Duration.ofDays(7),
          Duration.ofDays(14),
          Duration.ofDays(21));

  private BurnPlan() {}

  /**
   * @param eventsPerSecond of the objective, as measured
   * @return fastest first; a level is left out while the traffic is too low for it ever to fire
   */
  public static List<BurnLevel> decide(Objective objective, double eventsPerSecond) {
    double fastest =
        Math.min(
            NEAR_OUTAGE / objective.budget(),
            Math.max(SLOWEST_FAST_BURN, ratio(objective.window(), BUDGET_GONE_IN)));
    List<BurnLevel> levels = new ArrayList<>();
    if (fastest < WORTH_TELLING) {
      return levels;
    }
    for (BurnLevel.Name name : BurnLevel.Name.values()) {
      best(objective, name, name.detects(fastest), eventsPerSecond)
          .filter(level -> levels.stream().noneMatch(faster -> sayingNoMore(level, faster)))
          .ifPresent(levels::add);
    }
    return List.copyOf(levels);
  }

  /**
   * Bad events that fire a level.
   *
   * @param events really seen in the window
   */
  static long needed(
      Objective objective, BurnLevel.Name name, double detects, Duration window, long events) {
    double share = middle(detects) * objective.budget();
    long least = Math.max(LEAST_BAD, (long) Math.ceil(share * events));
    if (falseAlerts(objective, window, events, least) <= name.falseAlerts()) {
      return least;
    }
    long low = least;
    long high = Math.max(least, events) + 1;
    while (high - low > 1) {
      long middle = low + (high - low) / 2;
      if (falseAlerts(objective, window, events, middle) <= name.falseAlerts()) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return high;
  }

  private static Optional<BurnLevel> best(
      Objective objective, BurnLevel.Name name, double detects, double eventsPerSecond) {
    Optional<BurnLevel> best = Optional.empty();
    for (Duration window : windows(objective, name, detects)) {
      long events = Math.round(eventsPerSecond * window.toSeconds());
      long needed = needed(objective, name, detects, window, events);
      if (needed > events) {
        continue;
      }
      BurnLevel level = level(objective, name, detects, window, events, needed, eventsPerSecond);
      if (level.decisive()) {
        return Optional.of(level);
      }
      if (best.isEmpty() || level.missed() < best.get().missed()) {
        best = Optional.of(level);
      }
    }
    return best;
  }

  private static BurnLevel level(
      Objective objective,
      BurnLevel.Name name,
      double detects,
      Duration window,
      long events,
      long needed,
      double eventsPerSecond) {
    double budget = objective.budget();
    double limit = needed / (events * budget);
    return new BurnLevel(
        name,
        window,
        shortWindow(window, eventsPerSecond * detects * budget),
        detects,
        limit,
        Math.sqrt(limit),
        events,
        falseAlerts(objective, window, events, needed),
        1 - Binomial.atLeast(events, detects * budget, needed));
  }

  /** From the shortest that spends enough of the budget; at least one. */
  private static List<Duration> windows(Objective objective, BurnLevel.Name name, double detects) {
    Duration longest = objective.window().dividedBy(WINDOWS_PER_OBJECTIVE);
    List<Duration> fitting = LADDER.stream().filter(w -> w.compareTo(longest) <= 0).toList();
    List<Duration> worth =
        fitting.stream()
            .filter(w -> middle(detects) * ratio(w, objective.window()) >= name.spend())
            .toList();
    return worth.isEmpty() ? List.of(fitting.getLast()) : worth;
  }

  /** Long enough to hold a few bad events of the burn that is to be found. */
  private static Duration shortWindow(Duration window, double badPerSecond) {
    return LADDER.stream()
        .filter(w -> w.compareTo(window.dividedBy(SHORT_PART)) >= 0 && w.compareTo(window) < 0)
        .filter(w -> badPerSecond * w.toSeconds() >= BAD_IN_SHORT)
        .findFirst()
        .orElse(window);
  }

  /**
   * Upper bound of the expected number of windows, of all that slide through an objective window,
   * with so many bad events. Every window lies within one of {@code m} times as many blocks that
   * are longer than it by one part in {@code m}; the best {@code m} is taken.
   */
  private static double falseAlerts(
      Objective objective, Duration window, long events, long needed) {
    double best = Double.MAX_VALUE;
    for (int m : OVERLAPS) {
      double blocks = Math.ceil(m * ratio(objective.window(), window));
      long inBlock = (long) Math.ceil(events * (1 + 1.0 / m)) + 1;
      best = Math.min(best, blocks * Binomial.atLeast(inBlock, objective.budget(), needed));
    }
    return best;
  }

  /** With little traffic a slower level may be the faster one over again. */
  private static boolean sayingNoMore(BurnLevel level, BurnLevel faster) {
    return level.window().equals(faster.window()) && level.limit() >= faster.limit();
  }

  private static double middle(double detects) {
    return (1 + detects) / 2;
  }

  private static double ratio(Duration a, Duration b) {
    return (double) a.toSeconds() / b.toSeconds();
  }
}

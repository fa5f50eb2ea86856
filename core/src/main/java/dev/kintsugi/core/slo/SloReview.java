package dev.kintsugi.core.slo;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an objective has come to.
 *
 * @param window events of the objective's window
 * @param current share of good events; null without any
 * @param budgetLeft 1 untouched, 0 spent, below 0 overspent; null without events
 * @param eventsPerSecond the alerts were derived for
 */
public record SloReview(
    Reason reason,
    Tally window,
    @Nullable Double current,
    @Nullable Double budgetLeft,
    double eventsPerSecond,
    List<BurnReading> burns) {

  /** A sampled indicator that was not seen for so long is unknown. */
  public static final Duration STALE_AFTER = Duration.ofMinutes(10);

  private static final Duration DAY = Duration.ofDays(1);

  /** One word for people and gates. Unknown is never OK. */
  public enum State {
    OK("OK"),
    WARNING("Warning"),
    BURNING("Burning"),
    EXHAUSTED("Exhausted"),
    NO_DATA("NoData");

    private final String text;

    State(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  /** Why. */
  public enum Reason {
    NO_EVENTS(State.NO_DATA, "NoEvents"),
    NOT_MEASURED_LATELY(State.NO_DATA, "NotMeasuredLately"),
    WITHIN_BUDGET(State.OK, "WithinBudget"),
    /** The budget of so few events is less than one bad event. */
    ONE_BAD_EVENT(State.WARNING, "OneBadEvent"),
    BURNS_SLOWLY(State.WARNING, "BurnsSlowly"),
    BURNS_FAST(State.BURNING, "BurnsFast"),
    BUDGET_SPENT(State.EXHAUSTED, "BudgetSpent");

    private final State state;
    private final String text;

    Reason(State state, String text) {
      this.state = state;
      this.text = text;
    }

    public State state() {
      return state;
    }

    public String text() {
      return text;
    }
  }

  public SloReview {
    burns = List.copyOf(burns);
  }

  public State state() {
    return reason.state();
  }

  /** The worst burn among the levels; empty while there is none. */
  public Optional<BurnReading> worst() {
    return burns.stream()
        .filter(BurnReading::firing)
        .findFirst()
        .or(() -> burns.stream().findFirst());
  }

  /** Judges an objective by its counts. */
  public static SloReview decide(Objective objective, Counts counts, Instant now) {
    Tally window = counts.over(objective.window(), now);
    double traffic = traffic(objective, counts, now);
    List<BurnReading> burns =
        BurnPlan.decide(objective, traffic).stream()
            .map(level -> reading(objective, level, counts, now))
            .toList();
    Double bad = window.badShare();
    Double left = bad == null ? null : 1 - bad / objective.budget();
    Reason reason = reason(objective, counts, window, left, burns, now);
    return new SloReview(reason, window, bad == null ? null : 1 - bad, left, traffic, burns);
  }

  private static Reason reason(
      Objective objective,
      Counts counts,
      Tally window,
      @Nullable Double left,
      List<BurnReading> burns,
      Instant now) {
    if (left == null) {
      return Reason.NO_EVENTS;
    }
    if (objective.indicator().kind().sampled() && counts.over(STALE_AFTER, now).events() == 0) {
      return Reason.NOT_MEASURED_LATELY;
    }
    if (left <= 0 && window.bad() >= BurnPlan.LEAST_BAD) {
      return Reason.BUDGET_SPENT;
    }
    if (burns.stream().anyMatch(b -> b.firing() && b.level().name().pages())) {
      return Reason.BURNS_FAST;
    }
    if (burns.stream().anyMatch(BurnReading::firing)) {
      return Reason.BURNS_SLOWLY;
    }
    return left <= 0 ? Reason.ONE_BAD_EVENT : Reason.WITHIN_BUDGET;
  }

  private static BurnReading reading(
      Objective objective, BurnLevel level, Counts counts, Instant now) {
    Tally tally = counts.over(level.window(), now);
    double burn = burn(objective, tally);
    double shortBurn = burn(objective, counts.over(level.shortWindow(), now));
    long needed =
        BurnPlan.needed(objective, level.name(), level.detects(), level.window(), tally.events());
    return new BurnReading(
        level,
        tally,
        burn,
        shortBurn,
        needed,
        tally.bad() >= needed && shortBurn >= level.clears());
  }

  private static double burn(Objective objective, Tally tally) {
    Double bad = tally.badShare();
    return bad == null ? 0 : bad / objective.budget();
  }

  /**
   * The busier of the whole window and the last day. Rounded down to a power of the square root of
   * two, so that windows do not change with every job.
   */
  private static double traffic(Objective objective, Counts counts, Instant now) {
    double rate = rate(objective.window(), counts, now);
    if (objective.window().compareTo(DAY) > 0) {
      rate = Math.max(rate, rate(DAY, counts, now));
    }
    double step = Math.log(2) / 2;
    return rate == 0 ? 0 : Math.exp(Math.floor(Math.log(rate) / step) * step);
  }

  private static double rate(Duration window, Counts counts, Instant now) {
    return (double) counts.over(window, now).events() / window.toSeconds();
  }
}

package dev.kintsugi.core.slo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kintsugi.core.slo.Indicator.DegradedCounts;
import dev.kintsugi.core.slo.Indicator.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;

class BurnPlanTest {

  private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

  private static Objective errors(double target, Duration window) {
    return new Objective(
        new Indicator(Kind.ERROR_RATE, null, null), DegradedCounts.GOOD, target, window);
  }

  @Property(tries = 100)
  void levelsAreOrderedReachableAndAsRareAsDeclared(
      @ForAll @Scale(4) @DoubleRange(min = 0.2, max = 0.9999) double target,
      @ForAll @IntRange(min = 1, max = 90 * 24) int hours,
      @ForAll @DoubleRange(min = -5, max = 2) double logRate) {
    Objective objective = errors(target, Duration.ofHours(hours));

    List<BurnLevel> levels = BurnPlan.decide(objective, Math.pow(10, logRate));

    for (BurnLevel level : levels) {
      assertThat(level.limit()).isGreaterThan(1).isLessThanOrEqualTo(1 / objective.budget() + 1e-9);
      assertThat(level.detects()).isGreaterThan(1);
      assertThat(level.detects() * objective.budget()).isLessThanOrEqualTo(0.95 + 1e-9);
      assertThat(level.clears()).isGreaterThan(1).isLessThan(level.limit());
      assertThat(level.shortWindow()).isLessThanOrEqualTo(level.window());
      assertThat(level.window()).isLessThanOrEqualTo(objective.window().dividedBy(4));
      assertThat(level.falseAlerts()).isLessThanOrEqualTo(level.name().falseAlerts());
      assertThat(level.limit() * level.events() * objective.budget())
          .as("one bad event never fires")
          .isGreaterThanOrEqualTo(2 - 1e-9);
    }
    for (int i = 1; i < levels.size(); i++) {
      assertThat(levels.get(i).detects()).isLessThan(levels.get(i - 1).detects());
    }
  }

  @Property(tries = 50)
  void anOutageIsFoundWhateverTheObjectiveWhereThereIsTraffic(
      @ForAll @Scale(4) @DoubleRange(min = 0.2, max = 0.9999) double target) {
    List<BurnLevel> levels = BurnPlan.decide(errors(target, Duration.ofDays(30)), 1);

    assertThat(levels).isNotEmpty();
    assertThat(levels.getFirst().decisive()).isTrue();
    assertThat(levels.getFirst().limit() * (1 - target)).isLessThan(1);
  }

  @Example
  void lessTrafficMeansLongerWindows() {
    Objective objective = errors(0.99, Duration.ofDays(30));

    List<Duration> windows =
        List.of(1.0, 0.01, 0.001, 0.0001).stream()
            .map(rate -> BurnPlan.decide(objective, rate).getFirst().window())
            .toList();

    assertThat(windows).isSorted();
    assertThat(windows.getLast()).isGreaterThan(windows.getFirst());
    assertThat(BurnPlan.decide(objective, 1e-7)).as("a job in months").isEmpty();
  }

  @Example
  void tailsAreThoseOfTheBinomialDistribution() {
    // 1 - 0.99^100, and sums of the three terms by hand.
    assertThat(Binomial.atLeast(100, 0.01, 1)).isCloseTo(0.6339676587, within(1e-9));
    assertThat(Binomial.atLeast(10, 0.5, 8)).isCloseTo(56 / 1024.0, within(1e-12));
    assertThat(Binomial.atLeast(3, 0.2, 4)).isZero();
    assertThat(Binomial.atLeast(3, 0.2, 0)).isOne();
    assertThat(Binomial.atLeast(1_000_000, 0.1, 100_000)).isCloseTo(0.5, within(0.01));
  }

  /** Jobs evenly spaced over many objective windows, each bad by chance, looked at every job. */
  @Example
  void pagesAreAsRareAndAsSureAsDeclaredInSeededSimulation() {
    for (double[] at : new double[][] {{0.99, 0.05}, {0.9, 0.01}, {0.98, 0.002}}) {
      Objective objective = errors(at[0], Duration.ofDays(7));
      for (BurnLevel level : BurnPlan.decide(objective, at[1])) {
        int windows = 200;
        SlidingWindow quiet = new SlidingWindow(level, objective, 1);
        long episodes = 0;
        long jobs = Math.round(windows * objective.window().toSeconds() * at[1]);
        for (long i = 0; i < jobs; i++) {
          episodes += quiet.next(objective.budget()) ? 1 : 0;
        }
        double falseAlerts = (double) episodes / windows;
        int missed = 0;
        int burns = 2_000;
        for (int run = 0; run < burns; run++) {
          SlidingWindow burning = new SlidingWindow(level, objective, 100 + run);
          boolean fired = false;
          for (long i = 0; i < level.events(); i++) {
            var unused = burning.next(level.detects() * objective.budget());
            fired |= burning.alarms();
          }
          missed += fired ? 0 : 1;
        }
        assertThat(falseAlerts).isLessThanOrEqualTo(level.name().falseAlerts());
        double sampling = 3 * Math.sqrt(level.missed() * (1 - level.missed()) / burns) + 1e-3;
        assertThat((double) missed / burns).isLessThanOrEqualTo(level.missed() + sampling);
      }
    }
  }

  @Example
  void countsOfMinutesAndHoursGiveTheSameWindow() {
    Counts counts = Counts.empty();
    for (int i = 0; i < 24 * 60; i++) {
      Instant at = NOON.minus(Duration.ofMinutes(i));
      Tally one = Tally.of(new Event(i % 2, 1.0));
      counts.add(Grain.MINUTE, Grain.MINUTE.floor(at), one);
      counts.add(Grain.HOUR, Grain.HOUR.floor(at), one);
    }

    assertThat(counts.over(Duration.ofMinutes(30), NOON).events()).isEqualTo(31);
    assertThat(counts.over(Duration.ofHours(12), NOON).events()).isEqualTo(12 * 60 + 1);
    assertThat(counts.over(Duration.ofMinutes(30), NOON).mean()).isEqualTo(1);
  }
}

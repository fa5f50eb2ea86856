package dev.kintsugi.core.slo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kintsugi.core.slo.EndedJob.End;
import dev.kintsugi.core.slo.Indicator.DegradedCounts;
import dev.kintsugi.core.slo.Indicator.Kind;
import dev.kintsugi.core.slo.SloReview.Reason;
import dev.kintsugi.core.slo.SloReview.State;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SloReviewTest {

  private static final Instant NOW = Instant.parse("2026-06-01T12:00:30Z");

  private static Objective objective(Kind kind, @Nullable Double atMost, double target) {
    return new Objective(
        new Indicator(kind, null, atMost), kind.degraded(), target, Duration.ofDays(30));
  }

  /** One event a step back in time, bad while the predicate's share says so. */
  private static Counts counts(int events, Duration apart, int badFirst) {
    Counts counts = Counts.empty();
    for (int i = 0; i < events; i++) {
      Instant at = NOW.minus(apart.multipliedBy(i));
      Tally one = Tally.of(new Event(i < badFirst ? 1 : 0, null));
      counts.add(Grain.MINUTE, Grain.MINUTE.floor(at), one);
      counts.add(Grain.HOUR, Grain.HOUR.floor(at), one);
    }
    return counts;
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 0, NO_EVENTS",
    "5, 3600, 0, WITHIN_BUDGET",
    "5, 3600, 1, ONE_BAD_EVENT",
    "5, 3600, 2, BUDGET_SPENT",
    "40000, 60, 0, WITHIN_BUDGET",
    "40000, 60, 3, WITHIN_BUDGET",
    "40000, 60, 30, BURNS_FAST",
    "40000, 60, 1000, BUDGET_SPENT",
  })
  void aServiceIsJudgedByItsLastEvents(int events, int secondsApart, int bad, Reason reason) {
    SloReview review =
        SloReview.decide(
            objective(Kind.ERROR_RATE, null, 0.99),
            counts(events, Duration.ofSeconds(secondsApart), bad),
            NOW);

    assertThat(review.reason()).isEqualTo(reason);
  }

  @Example
  void aBurnThatEndedClearsBeforeItLeavesTheLongWindow() {
    Objective objective = objective(Kind.ERROR_RATE, null, 0.99);
    Counts counts = counts(40_000, Duration.ofMinutes(1), 0);
    for (int i = 40; i < 90; i++) {
      Instant at = NOW.minus(Duration.ofMinutes(i));
      Tally bad = new Tally(0, 1, 0, 0);
      counts.add(Grain.MINUTE, Grain.MINUTE.floor(at), bad);
      counts.add(Grain.HOUR, Grain.HOUR.floor(at), bad);
    }

    SloReview review = SloReview.decide(objective, counts, NOW);

    BurnReading fast = review.burns().getFirst();
    assertThat(fast.burn()).isGreaterThan(fast.level().limit());
    assertThat(fast.firing()).isFalse();
  }

  @Property(tries = 200)
  void aBudgetIsFiniteAndNeverAboveWhole(
      @ForAll @IntRange(min = 1, max = 500) int events,
      @ForAll @Scale(5) @DoubleRange(min = 0.2, max = 0.99999) double target,
      @ForAll @IntRange(min = 0, max = 500) int bad) {
    SloReview review =
        SloReview.decide(
            objective(Kind.ERROR_RATE, null, target),
            counts(events, Duration.ofMinutes(7), Math.min(bad, events)),
            NOW);

    assertThat(review.budgetLeft()).isFinite().isLessThanOrEqualTo(1);
    assertThat(review.state()).isNotEqualTo(State.NO_DATA);
    if (bad <= 1) {
      assertThat(review.state()).as("one bad job never pages").isIn(State.OK, State.WARNING);
    }
  }

  @Example
  void aSampledIndicatorThatFellSilentIsUnknown() {
    Objective objective = objective(Kind.GPU_MEMORY, 90.0, 0.99);
    Counts counts = Counts.empty();
    Instant past = NOW.minus(Duration.ofMinutes(20));
    counts.add(Grain.MINUTE, Grain.MINUTE.floor(past), Tally.of(Event.of(objective, 50)));
    counts.add(Grain.HOUR, Grain.HOUR.floor(past), Tally.of(Event.of(objective, 50)));

    SloReview review = SloReview.decide(objective, counts, NOW);

    assertThat(review.reason()).isEqualTo(Reason.NOT_MEASURED_LATELY);
    assertThat(review.state()).isEqualTo(State.NO_DATA);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "LATENCY, 60, ANSWERED, false, true, 59, 0",
        "LATENCY, 60, ANSWERED, false, true, 61, 1",
        "LATENCY, 60, ANSWERED, true, true, 59, 0",
        "LATENCY, 60, FAILED, false, false, 59, -",
        "ERROR_RATE, -, FAILED, false, false, 59, 1",
        "ERROR_RATE, -, ANSWERED, true, false, 59, 0",
        "ERROR_RATE, -, CANCELLED, false, false, 59, -",
        "RENDER_SUCCESS, -, ANSWERED, false, true, 59, 0",
        "RENDER_SUCCESS, -, ANSWERED, true, true, 59, 0.5",
        "RENDER_SUCCESS, -, ANSWERED, true, false, 59, 1",
        "RENDER_SUCCESS, -, FAILED, false, false, 59, 1",
        "COST, 0.08, ANSWERED, false, true, 59, 1",
        "COST, 0.12, ANSWERED, false, true, 59, 0",
        "GPU_MEMORY, 90, ANSWERED, false, true, 59, -",
      })
  void aJobCountsAsItsIndicatorSays(
      Kind kind,
      @Nullable Double atMost,
      End end,
      boolean degraded,
      boolean rendered,
      int seconds,
      @Nullable Double bad) {
    EndedJob job = new EndedJob(end, degraded, rendered, Duration.ofSeconds(seconds), 0.05, 0.5);

    var event = Event.of(objective(kind, atMost, 0.99), job);

    assertThat(event.map(Event::bad).orElse(null)).isEqualTo(bad);
  }

  @Example
  void degradedAnswersCountAsTheObjectiveSays() {
    EndedJob job = new EndedJob(End.ANSWERED, true, true, Duration.ofSeconds(9), null, 1);
    for (DegradedCounts way : DegradedCounts.values()) {
      Objective objective =
          new Objective(new Indicator(Kind.ERROR_RATE, null, null), way, 0.99, Duration.ofDays(1));
      assertThat(Event.of(objective, job).orElseThrow().bad()).isEqualTo(way.bad());
    }
  }

  @Example
  void quantilesFromBucketsAreWithinOnePercent() {
    SplittableRandom random = new SplittableRandom(7);
    double[] values = random.doubles(10_000, 0.01, 300).sorted().toArray();
    TreeMap<Integer, Long> counts = new TreeMap<>();
    for (double value : values) {
      counts.merge(ValueBuckets.bucket(value), 1L, Long::sum);
    }

    for (double q : new double[] {0.5, 0.9, 0.99, 1}) {
      double exact = values[(int) Math.ceil(q * values.length) - 1];
      assertThat(ValueBuckets.quantile(counts, q)).isCloseTo(exact, within(exact * 0.0101));
    }
    assertThat(ValueBuckets.quantile(new TreeMap<>(), 0.99)).isNull();
  }

  @Example
  void aSlowNodeIsComparedWithTheServicesUsualPace() {
    StepPace pace = new StepPace();
    pace.learn(List.of(Map.of("832x480x81", 1.0), Map.of("832x480x81", 1.1), Map.of("other", 2.0)));
    pace.learn(List.of(Map.of("832x480x81", 2.0)));

    assertThat(pace.dropPercent(Map.of("832x480x81", 2.2)).orElseThrow())
        .isCloseTo(50, within(1e-9));
    assertThat(pace.dropPercent(Map.of("832x480x81", 0.9)).orElseThrow()).isZero();
    assertThat(pace.dropPercent(Map.of("unseen", 9.0))).isEmpty();
  }

  @Example
  void theGateNamesWhatIsSpentInNumbers() {
    Objective objective = objective(Kind.ERROR_RATE, null, 0.99);
    SloReview spent = SloReview.decide(objective, counts(100, Duration.ofMinutes(1), 3), NOW);
    SloReview fine = SloReview.decide(objective, counts(100, Duration.ofMinutes(1), 0), NOW);
    SloReview silent = SloReview.decide(objective, Counts.empty(), NOW);

    assertThat(BudgetGate.decide(Map.of("errors", spent, "other", fine)))
        .isEqualTo(
            new BudgetGate(
                BudgetGate.Verdict.SPENT,
                "error budget spent: errors (3.0 of 100 events bad, -200 % of the budget left)"));
    assertThat(BudgetGate.decide(Map.of("a", fine)).verdict()).isEqualTo(BudgetGate.Verdict.OPEN);
    assertThat(BudgetGate.decide(Map.of("a", fine, "b", silent)).verdict())
        .isEqualTo(BudgetGate.Verdict.UNKNOWN);
    assertThat(BudgetGate.decide(Map.of()).verdict()).isEqualTo(BudgetGate.Verdict.NO_OBJECTIVE);
  }
}

package dev.kintsugi.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.node.FaultPlan.Armed;
import dev.kintsugi.core.node.FaultPlan.Chance;
import dev.kintsugi.core.node.FaultPlan.Decision.Act;
import dev.kintsugi.core.node.FaultPlan.Progress;
import dev.kintsugi.core.node.FaultPlan.Reason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FaultPlanTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @ParameterizedTest(name = "step {0}, expert {1} at step {2} of {3}, acted {4}, {5} s left: {6}")
  @CsvSource({
    // asked for | the chance | progress | answer
    "  ,     , 1, high, 0,  60, DUE",
    "  ,     ,  ,     , 0,  60, DUE",
    "  ,     , 7, low,  1,  60, DUE",
    "3 ,     , 2, high, 0,  60, OTHER_STEP",
    "3 ,     , 3, high, 0,  60, DUE",
    "3 ,     , 4, high, 0,  60, OTHER_STEP",
    "3 ,     ,  ,     , 0,  60, OTHER_STEP",
    "  , low , 3, high, 0,  60, OTHER_EXPERT",
    "  , low , 3, low,  0,  60, DUE",
    "  , low ,  ,     , 0,  60, OTHER_EXPERT",
    "4 , low , 4, high, 0,  60, OTHER_EXPERT",
    "4 , low , 3, low,  0,  60, OTHER_STEP",
    "  ,     , 1, high, 2,  60, SPENT",
    "  ,     , 1, high, 0,   0, EXPIRED",
    "  ,     , 1, high, 0,  -1, EXPIRED",
    "3 , low , 1, high, 2,  -1, EXPIRED",
  })
  void actsWhereItWasAskedTo(
      @Nullable Integer step,
      @Nullable String expert,
      @Nullable Integer atStep,
      @Nullable String ofExpert,
      int acted,
      int secondsLeft,
      Reason expected) {
    Armed fault = new Armed(2, 1, 0, step, expert, false, NOW.plusSeconds(secondsLeft));
    assertThat(
            FaultPlan.decide(
                    fault, new Progress(acted, acted, 0), new Chance(atStep, ofExpert), NOW)
                .reason())
        .isEqualTo(expected);
  }

  @ParameterizedTest(name = "lasting {0}, acted {1} of 2, {2} under way, {3} s left: {4}")
  @CsvSource({
    "false, 0, 0, 60,",
    "false, 1, 0, 60,",
    "false, 2, 1, 60,",
    "false, 2, 0, 60, SPENT",
    "true,  2, 0, 60,",
    "true,  2, 0,  0, EXPIRED",
    "false, 0, 0,  0, EXPIRED",
    "false, 2, 1, -1, EXPIRED",
    "false, 2, 0, -1, EXPIRED",
  })
  void isOverByItself(
      boolean lasting, int acted, int underWay, int secondsLeft, @Nullable Reason expected) {
    Armed fault = new Armed(2, 1, 0, null, null, lasting, NOW.plusSeconds(secondsLeft));
    assertThat(FaultPlan.over(fault, new Progress(acted, acted, underWay), NOW).orElse(null))
        .isEqualTo(expected);
  }

  @Property(tries = 300)
  void neverActsMoreOftenThanAskedAndTheSameSeedActsAlike(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 20) int count,
      @ForAll @DoubleRange(min = 0, max = 1) double probability) {
    List<Boolean> first = acts(new Armed(count, probability, seed, null, null, false, later()));
    assertThat(first.stream().filter(a -> a).count()).isLessThanOrEqualTo(count);
    assertThat(acts(new Armed(count, probability, seed, null, null, false, later())))
        .isEqualTo(first);
  }

  @Property(tries = 20)
  void actsAsOftenAsItsProbabilitySays(
      @ForAll long seed, @ForAll @DoubleRange(min = 0, max = 1) double probability) {
    int tries = 4000;
    Armed fault = new Armed(tries, probability, seed, null, null, false, later());
    int acted = 0;
    for (int n = 0; n < tries; n++) {
      if (FaultPlan.decide(fault, new Progress(acted, n, 0), Chance.ANY, NOW) instanceof Act) {
        acted++;
      }
    }
    // Five standard deviations of a fair draw.
    double bound = 5 * Math.sqrt(probability * (1 - probability) / tries) + 1e-9;
    assertThat(Math.abs((double) acted / tries - probability)).isLessThanOrEqualTo(bound);
  }

  private static List<Boolean> acts(Armed fault) {
    List<Boolean> acts = new ArrayList<>();
    int acted = 0;
    for (int n = 0; n < 50; n++) {
      boolean act =
          FaultPlan.decide(fault, new Progress(acted, n, 0), Chance.ANY, NOW) instanceof Act;
      acted += act ? 1 : 0;
      acts.add(act);
    }
    return acts;
  }

  private static Instant later() {
    return NOW.plusSeconds(60);
  }
}

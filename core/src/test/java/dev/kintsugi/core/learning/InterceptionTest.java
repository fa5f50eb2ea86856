package dev.kintsugi.core.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kintsugi.core.learning.Interception.Group;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InterceptionTest {

  private static Group enforced(long stopped, long failed, long good) {
    return new Group("a", RuleStage.ENFORCED, stopped, failed, good);
  }

  @Test
  void whatIsLetThroughTellsOfWhatIsStopped() {
    Interception seen = Interception.of(List.of(enforced(950, 45, 5), Group.rest(55, 8_995)));
    assertThat(seen.intercepted().value()).isCloseTo(855, within(1e-9));
    assertThat(seen.rate().value()).isCloseTo(855.0 / 955, within(1e-9));
    assertThat(seen.rate().low()).isBetween(0.86, 0.89);
    assertThat(seen.rate().high()).isBetween(0.895, 0.91);
    assertThat(seen.falsePositives().value()).isCloseTo(95.0 / 9_095, within(1e-9));
    assertThat(seen.falsePositives().low()).isBetween(0.001, 0.005);
    assertThat(seen.falsePositives().high()).isBetween(0.02, 0.04);
  }

  @Test
  void eachStageCountsByItsOwnSample() {
    Interception seen =
        Interception.of(
            List.of(
                new Group("a", RuleStage.CANARY, 100, 100, 0),
                new Group("a", RuleStage.ENFORCED, 1_900, 50, 50)));
    assertThat(seen.intercepted().value()).isCloseTo(100 + 950, within(1e-9));
  }

  @Test
  void withoutASampleOfItsOwnTheRulesOtherStagesAreTheBestGuessAndTheIntervalHoldsAll() {
    Interception seen =
        Interception.of(List.of(new Group("a", RuleStage.CANARY, 0, 9, 1), enforced(10, 0, 0)));
    assertThat(seen.intercepted()).isEqualTo(new Estimate(9, 0, 10));
    assertThat(seen.unmeasured()).isZero();
  }

  @Test
  void whatNothingIsKnownOfIsNeitherInterceptedNorGood() {
    Interception seen = Interception.of(List.of(enforced(10, 0, 0), Group.rest(10, 90)));
    assertThat(seen.unmeasured()).isEqualTo(10);
    assertThat(seen.rate()).isEqualTo(new Estimate(0, 0, 0.5));
    assertThat(seen.falsePositives()).isEqualTo(new Estimate(0, 0, 0.1));
  }

  @Test
  void ofNothingThereIsNoShare() {
    Interception none = Interception.of(List.of());
    assertThat(none.rate()).isNull();
    assertThat(none.falsePositives()).isNull();
    Interception well = Interception.of(List.of(Group.rest(3, 7)));
    assertThat(well.rate()).isEqualTo(new Estimate(0, 0, 0));
    assertThat(well.falsePositives()).isEqualTo(new Estimate(0, 0, 0));
  }

  @Property(tries = 300)
  void boundsEncloseTheValueAndStayPossible(
      @ForAll @IntRange(max = 100_000) int stopped,
      @ForAll @IntRange(max = 2_000) int failed,
      @ForAll @IntRange(max = 2_000) int good) {
    Interception seen = Interception.of(List.of(enforced(stopped, failed, good)));
    Estimate kept = seen.intercepted();
    assertThat(kept.low()).isBetween(0.0, kept.value());
    assertThat(kept.high()).isBetween(kept.value(), (double) stopped);
    if (seen.rate() instanceof Estimate rate) {
      assertThat(rate.value()).isBetween(rate.low(), rate.high());
      assertThat(rate.high()).isLessThanOrEqualTo(1);
    }
    if (seen.falsePositives() instanceof Estimate share) {
      assertThat(share.value()).isBetween(share.low(), share.high());
    }
  }

  /** Two rules of unlike precision; what would have failed is known here, and only here. */
  @ParameterizedTest
  @CsvSource({
    "0.95, 0.7, 400, 0.05",
    "0.5, 0.2, 60, 0.25",
    "1, 1, 1000, 0.05",
    "0.9, 0.1, 30, 0.5"
  })
  void theTruthIsOutsideNoMoreOftenThanDeclared(
      double first, double second, int prompts, double explored) {
    int histories = 4_000;
    long missed =
        LongStream.range(0, histories)
            .parallel()
            .filter(seed -> misses(new SplittableRandom(seed), prompts, explored, first, second))
            .count();
    assertThat((double) missed / histories).isLessThanOrEqualTo(Interception.ALPHA);
  }

  private static boolean misses(
      SplittableRandom random, int prompts, double explored, double... precisions) {
    List<Group> groups = new ArrayList<>();
    long kept = 0;
    for (int rule = 0; rule < precisions.length; rule++) {
      long stopped = 0;
      long failed = 0;
      long good = 0;
      for (int i = 0; i < prompts; i++) {
        boolean bad = random.nextDouble() < precisions[rule];
        if (random.nextDouble() >= explored) {
          stopped++;
          kept += bad ? 1 : 0;
        } else if (bad) {
          failed++;
        } else {
          good++;
        }
      }
      groups.add(new Group("rule " + rule, RuleStage.ENFORCED, stopped, failed, good));
    }
    Estimate told = Interception.of(groups).intercepted();
    return kept < told.low() || kept > told.high();
  }
}

package dev.kintsugi.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.function.DoubleSupplier;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RatingDifferenceTest {

  private static final double ALPHA = 0.05;
  private static final int RUNS = 1_000;
  private static final int LOOKS = 400;

  @Test
  void withoutARatingAnythingIsPossible() {
    RatingDifference none = Evidence.none(VerdictPolicy.DEFAULT).ratings();
    assertThat(none.stable()).isZero();
    assertThat(none.stableMean()).isNaN();
    assertThat(none.low()).isEqualTo(-4);
    assertThat(none.high()).isEqualTo(4);
  }

  @Test
  void aVersionThatIsLikedMoreIsToldApartAndByHowMuch() {
    Evidence evidence = Evidence.none(VerdictPolicy.DEFAULT);
    for (int i = 0; i < 300; i++) {
      evidence = evidence.withRating(Arm.STABLE, 3 + i % 2).withRating(Arm.CANARY, 4 + i % 2);
    }
    RatingDifference told = evidence.ratings();
    assertThat(told.stableMean()).isEqualTo(3.5, within(1e-9));
    assertThat(told.canaryMean()).isEqualTo(4.5, within(1e-9));
    assertThat(told.low()).isBetween(0.6, 1.0);
    assertThat(told.high()).isBetween(1.0, 1.4);
  }

  @Property
  void theIntervalHoldsTheMeanOfWhatItSawAndOnlyNarrows(
      @ForAll @Size(min = 1, max = 60) List<@DoubleRange(min = 0, max = 1) Double> values) {
    BoundedMean mean = BoundedMean.none(ALPHA);
    double width = 1;
    for (double value : values) {
      mean = mean.with(value);
      assertThat(mean.high() - mean.low()).isLessThanOrEqualTo(width);
      width = mean.high() - mean.low();
    }
    assertThat(mean.mean())
        .isEqualTo(
            values.stream().mapToDouble(Double::doubleValue).average().orElseThrow(), within(1e-9));
  }

  /** However often one looks. Each look of each run counts, so this is far above a fixed sample. */
  @Property(tries = 4)
  void theIntervalSeldomEverMissesTheMean(@ForAll @IntRange(min = 0, max = 3) int kind) {
    Random random = new Random(kind);
    int missed = 0;
    for (int run = 0; run < RUNS; run++) {
      missed += everMisses(values(kind, random), MEANS[kind]) ? 1 : 0;
    }
    assertThat(missed / (double) RUNS).isLessThanOrEqualTo(ALPHA);
  }

  private static final double[] MEANS = {0.5, 0.9, 0.75, 0.02};

  private static DoubleSupplier values(int kind, Random random) {
    return switch (kind) {
      case 0 -> random::nextDouble;
      case 1 -> () -> random.nextDouble() < 0.9 ? 1 : 0;
      case 2 -> () -> random.nextBoolean() ? 0.5 : 1;
      default -> () -> random.nextDouble() < 0.02 ? 1 : 0;
    };
  }

  private static boolean everMisses(DoubleSupplier values, double truth) {
    BoundedMean mean = BoundedMean.none(ALPHA);
    for (int look = 0; look < LOOKS; look++) {
      mean = mean.with(values.getAsDouble());
      if (mean.low() > truth || mean.high() < truth) {
        return true;
      }
    }
    return false;
  }

  @Test
  void refusesWhatIsNoRating() {
    Evidence none = Evidence.none(VerdictPolicy.DEFAULT);
    assertThatThrownBy(() -> none.withRating(Arm.CANARY, 6))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("value must be 0 to 1");
    assertThatThrownBy(() -> none.withRating(Arm.CANARY, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}

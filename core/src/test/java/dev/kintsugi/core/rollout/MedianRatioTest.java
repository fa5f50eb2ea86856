package dev.kintsugi.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class MedianRatioTest {

  private static final double ALPHA = 0.05;

  @Test
  void eightPairsAreTheFewestThatBoundTheMedian() {
    assertThat(MedianRatio.of(List.of(), ALPHA)).isEmpty();
    List<Double> seven = List.of(1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7);
    assertThat(MedianRatio.of(seven, ALPHA))
        .hasValueSatisfying(
            ratio -> {
              assertThat(ratio.median()).isEqualTo(1.4);
              assertThat(ratio.bounds()).isEmpty();
            });
    List<Double> eight = new ArrayList<>(seven);
    eight.add(1.8);
    assertThat(MedianRatio.of(eight, ALPHA))
        .hasValueSatisfying(
            ratio -> {
              assertThat(ratio.median()).isEqualTo(Math.sqrt(1.4 * 1.5), within(1e-12));
              assertThat(ratio.bounds()).hasValue(new MedianRatio.Bounds(1.1, 1.8));
            });
  }

  @Test
  void morePairsNarrowTheInterval() {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      ratios.add(1 + i / 1000.0);
    }
    MedianRatio.Bounds bounds = MedianRatio.of(ratios, ALPHA).orElseThrow().bounds().orElseThrow();
    assertThat(bounds.low()).isBetween(1.025, 1.04);
    assertThat(bounds.high()).isBetween(1.06, 1.075);
  }

  @Test
  void refusesWhatIsNoRatio() {
    assertThatThrownBy(() -> MedianRatio.of(List.of(1.0, 0.0), ALPHA))
        .hasMessageContaining("not positive and finite");
    assertThatThrownBy(() -> MedianRatio.of(List.of(1.0, Double.NaN), ALPHA))
        .hasMessageContaining("not positive and finite");
    assertThatThrownBy(() -> MedianRatio.of(Collections.nCopies(1001, 1.0), ALPHA))
        .hasMessageContaining("at most 1000 pairs");
  }

  /** A bet that gains nothing on average is what the guarantee rests on. */
  @Property
  void theBetIsFairAtOneHalfAndLosesBelow(
      @ForAll @IntRange(min = 1, max = 300) int n, @ForAll @DoubleRange(max = 0.5) double p) {
    assertThat(expected(n, 0.5)).isEqualTo(1, within(1e-9));
    assertThat(expected(n, p)).isLessThanOrEqualTo(1 + 1e-9);
  }

  private static double expected(int n, double p) {
    double sum = 0;
    double logChoose = 0;
    for (int k = 0; k <= n; k++) {
      double log = logChoose + (k == 0 ? 0 : k * Math.log(p)) + (n - k) * Math.log1p(-p);
      sum += Math.exp(log) * MedianRatio.gain(k, n);
      logChoose += Math.log(n - k) - Math.log(k + 1);
    }
    return sum;
  }

  @Property
  void theMedianIsWithinItsBoundsAndTurnsOverWithTheRatios(
      @ForAll @Size(min = 1, max = 80) List<@DoubleRange(min = 0.01, max = 100) Double> ratios) {
    MedianRatio one = MedianRatio.of(ratios, ALPHA).orElseThrow();
    MedianRatio other =
        MedianRatio.of(ratios.stream().map(ratio -> 1 / ratio).toList(), ALPHA).orElseThrow();
    assertThat(one.median() * other.median()).isEqualTo(1, within(1e-9));
    assertThat(one.bounds().isPresent()).isEqualTo(ratios.size() >= 8);
    one.bounds()
        .ifPresent(
            bounds -> {
              assertThat(one.median()).isBetween(bounds.low(), bounds.high());
              assertThat(bounds.low() * other.bounds().orElseThrow().high())
                  .isEqualTo(1, within(1e-9));
            });
  }

  @Test
  void lookingAfterEveryPairMissesTheMedianAsSeldomAsPromised() {
    Random random = new Random(5);
    int runs = 1000;
    int missed = 0;
    for (int run = 0; run < runs; run++) {
      List<Double> ratios = new ArrayList<>();
      boolean ever = false;
      for (int n = 1; n <= 100 && !ever; n++) {
        ratios.add(Math.exp(random.nextGaussian()));
        ever =
            MedianRatio.of(ratios, ALPHA).orElseThrow().bounds().stream()
                .anyMatch(bounds -> bounds.low() > 1 || bounds.high() < 1);
      }
      missed += ever ? 1 : 0;
    }
    assertThat(missed).isBetween(1, (int) (runs * ALPHA));
  }
}

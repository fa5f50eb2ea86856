package dev.kintsugi.core.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class FinishForecastTest {

  private static final FinishForecast.Policy POLICY = new FinishForecast.Policy(0.25, 2);

  @Test
  void tokensFollowTheVaeAndThePatchEmbedding() {
    assertThat(new ClipShape(1280, 720, 81).tokens()).isEqualTo(80L * 45 * 21);
    assertThat(new ClipShape(64, 64, 1).tokens()).isEqualTo(16);
  }

  @Test
  void costUsesTheMeasuredStepElseScalesTheNearestShape() {
    StepTimes times = new StepTimes(Map.of("64x64x9", 0.1, "128x128x9", 0.8, "odd", 9.0));
    assertThat(times.secondsPerStep(new ClipShape(64, 64, 9))).hasValue(0.1);
    assertThat(times.secondsPerStep(new ClipShape(64, 64, 5)).orElseThrow())
        .isCloseTo(0.1 * 2 / 3, within(1e-9));
    assertThat(times.secondsPerStep(new ClipShape(256, 128, 9)).orElseThrow())
        .isCloseTo(0.8 * Math.pow(2, 1.5), within(1e-9));
    assertThat(FinishForecast.costSeconds(new ClipShape(64, 64, 9), 20, times, POLICY))
        .isCloseTo(2.5, within(1e-9));
    assertThat(FinishForecast.costSeconds(new ClipShape(64, 64, 9), 20, StepTimes.none(), POLICY))
        .isCloseTo(50, within(1e-9));
  }

  @Test
  void theSlowestNodeCounts() {
    assertThat(
            StepTimes.slowestOf(
                List.of(
                    new StepTimes(Map.of("64x64x9", 0.1)),
                    new StepTimes(Map.of("64x64x9", 0.3, "64x64x5", 0.2)))))
        .isEqualTo(new StepTimes(Map.of("64x64x9", 0.3, "64x64x5", 0.2)));
  }

  @Test
  void anIdleSlotMeansNoWait() {
    assertThat(FinishForecast.of(3, 0, 2, 1).total()).isEqualTo(Duration.ofSeconds(3));
    assertThat(FinishForecast.of(3, 10, 2, 0).start()).isEqualTo(Duration.ofSeconds(5));
    assertThat(FinishForecast.of(3, 10, 0, 0).start()).isEqualTo(Duration.ofSeconds(10));
  }

  @Property(tries = 200)
  void moreWorkAheadNeverFinishesEarlierAndMoreSlotsNeverLater(
      @ForAll @DoubleRange(min = 0.1, max = 600) double cost,
      @ForAll @DoubleRange(min = 0, max = 10_000) double ahead,
      @ForAll @DoubleRange(min = 0, max = 1_000) double more,
      @ForAll @IntRange(min = 1, max = 64) int slots) {
    Duration base = FinishForecast.of(cost, ahead, slots, 0).total();
    assertThat(FinishForecast.of(cost, ahead + more, slots, 0).total())
        .isGreaterThanOrEqualTo(base);
    assertThat(FinishForecast.of(cost, ahead, slots + 1, 0).total()).isLessThanOrEqualTo(base);
  }
}

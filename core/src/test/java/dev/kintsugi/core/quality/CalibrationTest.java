package dev.kintsugi.core.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class CalibrationTest {

  @Property(tries = 50)
  void noClipItWasMadeFromIsRejected(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed,
      @ForAll @IntRange(min = 50, max = 400) int clips) {
    List<ClipStatistics> good = clips(seed, clips);
    QualityThresholds found = Calibration.of(good, 0.001).thresholds();
    assertThat(good).allMatch(clip -> QualityGate.judge(clip, found) instanceof Verdict.Passed);
  }

  /** Limits from 500 clips, held against 20,000 others of the same kind. */
  @Test
  void theDeclaredRateHoldsOnClipsItHasNotSeen() {
    long alarms = 0;
    int rounds = 10;
    int others = 20_000;
    for (int round = 0; round < rounds; round++) {
      QualityThresholds found = Calibration.of(clips(round, 500), 0.001).thresholds();
      alarms +=
          clips(1_000 + round, others).stream()
              .filter(clip -> QualityGate.judge(clip, found) instanceof Verdict.Rejected)
              .count();
    }
    assertThat((double) alarms / rounds / others).isLessThan(0.001);
  }

  @Test
  void aSmallerRateGivesWiderLimits() {
    List<ClipStatistics> good = clips(3, 300);
    double strict = Calibration.of(good, 0.05).thresholds().limits().get(Statistic.JUMP);
    double lenient = Calibration.of(good, 0.0001).thresholds().limits().get(Statistic.JUMP);
    assertThat(lenient).isGreaterThan(strict);
  }

  @Test
  void aModelWhoseStillClipsMoveHasALimitOfMotionAndOneThatMakesStandingPicturesHasNone() {
    List<ClipStatistics> moving = clips(4, 200);
    assertThat(Calibration.of(moving, 0.001).thresholds().limits().get(Statistic.MOTION))
        .isPositive();
    ClipStatistics still =
        moving.getFirst().with(Statistic.MOTION, 0).with(Statistic.FROZEN_SHARE, 1);
    List<ClipStatistics> some = Stream.concat(moving.stream(), Stream.of(still)).toList();
    QualityThresholds found = Calibration.of(some, 0.001).thresholds();
    assertThat(found.limits()).containsEntry(Statistic.MOTION, 0.0);
    assertThat(QualityGate.judge(still, found)).isInstanceOf(Verdict.Passed.class);
    assertThat(found.limits().get(Statistic.FROZEN_SHARE))
        .as("a still clip does not excuse one that stopped")
        .isLessThan(0.1);
  }

  @Test
  void aBrightModelDoesNotMakeADarkPictureABlackOne() {
    Map<Statistic, Double> limits = Calibration.of(clips(2, 300), 0.001).thresholds().limits();
    assertThat(limits).containsEntry(Statistic.BRIGHTNESS, 24.0);
    assertThat(limits.get(Statistic.CONTRAST)).isEqualTo(4.0);
  }

  @Test
  void whatTheNumberOfClipsProvesIsSaid() {
    assertThat(Calibration.of(clips(1, 300), 0.001).provenRate()).isCloseTo(0.00994, within(1e-4));
  }

  @Test
  void tooFewClipsAndARateThatIsNoneAreRefused() {
    assertThatThrownBy(() -> Calibration.of(clips(1, 49), 0.001))
        .hasMessage("at least 50 good clips are needed, not 49");
    assertThatThrownBy(() -> Calibration.of(clips(1, 50), 0))
        .hasMessage("the false alarm rate must be over 0 and under 0.5, not 0.0");
  }

  @Test
  void aTableIsReadAsItWasWritten() {
    ClipStatistics clip = clips(1, 1).getFirst().with(Statistic.NOISE, 1.25);
    ClipStatistics one = ClipStatistics.of(List.of(new FrameReading(1, 2, 3, 4)), List.of());
    List<String> lines =
        List.of(
            StatisticsTable.header(),
            StatisticsTable.line("a", clip),
            StatisticsTable.line("b", one));
    List<StatisticsTable.Row> rows = StatisticsTable.parse(lines);
    assertThat(rows).extracting(StatisticsTable.Row::name).containsExactly("a", "b");
    assertThat(rows.get(0).clip().value(Statistic.NOISE)).contains(1.25);
    assertThat(rows.get(1).clip()).isEqualTo(one);
    assertThatThrownBy(() -> StatisticsTable.parse(List.of(StatisticsTable.header(), "a,1")))
        .hasMessageStartingWith("line 2 has 2 cells");
  }

  private static List<ClipStatistics> clips(long seed, int count) {
    Random random = new Random(seed);
    return IntStream.range(0, count).mapToObj(i -> clip(random)).toList();
  }

  /** Tails like those that good clips have: bounded, normal, log-normal, and a constant. */
  private static ClipStatistics clip(Random random) {
    EnumMap<Statistic, Double> values = new EnumMap<>(Statistic.class);
    values.put(Statistic.BRIGHTNESS, 90 + 160 * random.nextDouble());
    values.put(Statistic.CONTRAST, Math.exp(3.7 + 0.35 * random.nextGaussian()));
    values.put(Statistic.MOTION, Math.exp(1 + 0.6 * random.nextGaussian()));
    values.put(Statistic.FROZEN_SHARE, 0.0);
    values.put(Statistic.FLICKER, 0.0);
    values.put(Statistic.FLASH, Math.max(0, random.nextInt(12) - 10.0));
    values.put(Statistic.JUMP, Math.abs(1.5 * random.nextGaussian()));
    values.put(Statistic.NOISE, 1 + 0.3 * random.nextGaussian());
    values.put(Statistic.SHARPNESS, Math.exp(4.4 + 0.4 * random.nextGaussian()));
    values.put(Statistic.ADJACENT_PSNR_DB, 18 + 30 * random.nextDouble());
    values.put(Statistic.ADJACENT_SSIM, 1 - 0.2 * random.nextDouble());
    values.put(Statistic.FLOW, -0.4 * Math.log(random.nextDouble()));
    values.put(Statistic.FLOW_ENTROPY, 0.9 * random.nextDouble());
    values.put(Statistic.RESIDUAL, 3 + 1.2 * random.nextGaussian());
    return new ClipStatistics(values);
  }
}

package dev.kintsugi.core.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.DoubleStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ClipStatisticsTest {

  @Test
  void aSteadyFadeIsNoFlickerAndAFlashIs() {
    assertThat(shifts(2, 2, 2, 2).value(Statistic.FLICKER)).contains(0.0);
    assertThat(shifts(2, 2, 2, 2).value(Statistic.FLASH)).contains(0.0);
    assertThat(shifts(0, 30, -30, 0).value(Statistic.FLICKER)).contains(15.0);
    assertThat(shifts(0, 30, -30, 0).value(Statistic.FLASH)).contains(30.0);
  }

  @Test
  void slowOscillationIsFlickerThoughNoFrameStandsOut() {
    assertThat(shifts(0, 8, 0, -8, 0, 8, 0, -8).value(Statistic.FLICKER)).contains(4.0);
    assertThat(shifts(0, 8, 0, -8, 0, 8, 0, -8).value(Statistic.FLASH)).contains(0.0);
  }

  @Test
  void theLongestStandstillCountsNotTheirSum() {
    assertThat(differences(3, 0, 3, 0, 0, 3, 0, 3).value(Statistic.FROZEN_SHARE)).contains(0.25);
    assertThat(differences(0, 0, 0, 0).value(Statistic.FROZEN_SHARE)).contains(1.0);
    assertThat(differences(0.3, 0.2, 0.3).value(Statistic.FROZEN_SHARE)).contains(0.0);
  }

  @Test
  void aJumpIsWhatExceedsTheClipsOwnPace() {
    assertThat(differences(4, 4, 40, 4, 4).value(Statistic.JUMP)).contains(36.0);
    assertThat(differences(9, 9, 9, 9).value(Statistic.JUMP)).contains(0.0);
  }

  @Test
  void theWorstFrameSpeaksForTheClip() {
    ClipStatistics clip =
        ClipStatistics.of(
            List.of(new FrameReading(200, 40, 90, 0.5), new FrameReading(9, 50, 80, 3)),
            List.of(pair(1, 0)));
    assertThat(clip.value(Statistic.BRIGHTNESS)).contains(9.0);
    assertThat(clip.value(Statistic.CONTRAST)).contains(40.0);
    assertThat(clip.value(Statistic.SHARPNESS)).contains(80.0);
    assertThat(clip.value(Statistic.NOISE)).contains(3.0);
  }

  @Test
  void pairsThatDoNotFitTheFramesAreRefused() {
    assertThatThrownBy(() -> ClipStatistics.of(frames(3), List.of(pair(1, 0))))
        .hasMessage("3 frames have no 1 pairs of neighbours");
    assertThatThrownBy(() -> differences(Double.NaN))
        .hasMessageContaining("is not a finite number");
  }

  /** Flicker never depends on which way a clip is played, nor on a fade that is laid over it. */
  @Property
  void flickerIsTheSameBackwards(
      @ForAll @Size(min = 1, max = 32) List<@DoubleRange(min = -60, max = 60) Double> shifts) {
    double[] forward = shifts.stream().mapToDouble(d -> d).toArray();
    List<Double> turned = new ArrayList<>(shifts);
    Collections.reverse(turned);
    double[] backward = turned.stream().mapToDouble(d -> -d).toArray();
    assertThat(shifts(backward).value(Statistic.FLICKER).orElseThrow())
        .isCloseTo(shifts(forward).value(Statistic.FLICKER).orElseThrow(), within(1e-9));
  }

  private static ClipStatistics shifts(double... values) {
    return clip(Arrays.stream(values).mapToObj(v -> pair(5, v)).toList());
  }

  private static ClipStatistics differences(double... values) {
    return clip(DoubleStream.of(values).mapToObj(v -> pair(v, 0)).toList());
  }

  private static ClipStatistics clip(List<PairReading> pairs) {
    return ClipStatistics.of(frames(pairs.size() + 1), pairs);
  }

  private static List<FrameReading> frames(int count) {
    return Collections.nCopies(count, new FrameReading(200, 50, 100, 1));
  }

  private static PairReading pair(double difference, double shift) {
    return new PairReading(difference, 25, 0.9, shift, 0.4, 0.3, 2);
  }
}

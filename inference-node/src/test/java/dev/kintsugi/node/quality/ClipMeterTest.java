package dev.kintsugi.node.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kintsugi.core.quality.ClipStatistics;
import dev.kintsugi.core.quality.Statistic;
import java.util.Arrays;
import java.util.Random;
import org.assertj.core.api.AbstractDoubleAssert;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is measured natively, on clips whose numbers are known beforehand. */
class ClipMeterTest {

  @BeforeAll
  static void load() {
    OpenCv.load();
  }

  @Test
  void motionIsMeasuredAndExplainsTheDifference() {
    ClipStatistics clip = measure(TestClips.moving(4, 3));
    expect(clip, Statistic.FLOW).isCloseTo(3 * 100.0 / TestClips.WIDTH, within(0.35));
    expect(clip, Statistic.FLOW_ENTROPY).isLessThan(0.25);
    expect(clip, Statistic.RESIDUAL).isLessThan(10);
    expect(clip, Statistic.FROZEN_SHARE).isZero();
    expect(clip, Statistic.JUMP).isLessThan(1);
  }

  @Test
  void noiseHasMotionOfEveryDirectionThatExplainsNothing() {
    ClipStatistics clip = measure(TestClips.noisy(4, 60));
    expect(clip, Statistic.FLOW_ENTROPY).isGreaterThan(0.4);
    expect(clip, Statistic.RESIDUAL).isGreaterThan(20);
  }

  @ParameterizedTest
  @CsvSource({"4", "10", "20"})
  void theDeviationOfNoiseIsEstimated(double deviation) {
    expect(measure(TestClips.noisy(1, deviation)), Statistic.NOISE)
        .isCloseTo(deviation, within(deviation * 0.05));
  }

  @Test
  void framesThatDoNotDifferAreFrozenAndAlike() {
    byte[] frame = TestClips.moving(1, 0);
    ClipStatistics clip = measure(TestClips.join(frame, frame, frame));
    expect(clip, Statistic.FROZEN_SHARE).isEqualTo(1);
    expect(clip, Statistic.ADJACENT_PSNR_DB).isEqualTo(100);
    expect(clip, Statistic.ADJACENT_SSIM).isCloseTo(1, within(1e-6));
    expect(clip, Statistic.FLOW).isLessThan(0.01);
    expect(clip, Statistic.FLOW_ENTROPY).isZero();
  }

  @Test
  void aBlackFrameHasNeitherBrightnessNorContrastAndFlashes() {
    byte[] clip = TestClips.moving(3, 2);
    Arrays.fill(clip, clip.length / 3, clip.length / 3 * 2, (byte) 0);
    ClipStatistics measured = measure(clip);
    expect(measured, Statistic.BRIGHTNESS).isZero();
    expect(measured, Statistic.CONTRAST).isZero();
    expect(measured, Statistic.FLASH).isGreaterThan(100);
  }

  @Test
  void colourCountsAsContrastThoughLumaIsTheSame() {
    byte[] red = TestClips.uniform(1, 152, 0, 0);
    byte[] green = TestClips.uniform(1, 0, 77, 0);
    System.arraycopy(green, 0, red, 0, green.length / 2);
    expect(measure(red), Statistic.CONTRAST).isGreaterThan(70);
    expect(measure(TestClips.uniform(1, 152, 0, 0)), Statistic.CONTRAST).isZero();
  }

  @Test
  void brightnessThatComesAndGoesIsMeasuredInLuma() {
    byte[] dark = TestClips.moving(1, 0);
    byte[] bright = dark.clone();
    for (int i = 0; i < bright.length; i++) {
      bright[i] = (byte) ((bright[i] & 0xff) + 12);
    }
    ClipStatistics clip = measure(TestClips.join(dark, bright, dark, bright, dark));
    expect(clip, Statistic.FLICKER).isEqualTo(12);
    expect(clip, Statistic.FLASH).isEqualTo(12);
    double psnr = 10 * Math.log10(255 * 255 / (12.0 * 12.0));
    expect(clip, Statistic.ADJACENT_PSNR_DB).isCloseTo(psnr, within(1e-3));
  }

  @Test
  void similarityFollowsItsDefinition() {
    byte[] a = TestClips.uniform(1, 100, 100, 100);
    byte[] b = TestClips.uniform(1, 120, 120, 120);
    double c1 = 0.01 * 255 * 0.01 * 255;
    double expected = (2 * 100 * 120 + c1) / (100 * 100 + 120 * 120 + c1);
    expect(measure(TestClips.join(a, b)), Statistic.ADJACENT_SSIM)
        .isCloseTo(expected, within(1e-4));
  }

  @Test
  void howFramesAreHandedOverChangesNothing() {
    byte[] clip = TestClips.moving(5, 2);
    int frame = clip.length / 5;
    try (ClipMeter meter = new ClipMeter(TestClips.WIDTH, TestClips.HEIGHT, new DisFlow())) {
      meter.add(Arrays.copyOf(clip, frame));
      meter.add(Arrays.copyOfRange(clip, frame, clip.length));
      assertThat(meter.statistics()).isEqualTo(measure(clip));
    }
  }

  @ParameterizedTest
  @CsvSource({"16,16", "16,640", "640,16", "1280,720"})
  void everySizeThatARequestMayHaveIsMeasured(int width, int height) {
    byte[] rgb = new byte[width * height * 3 * 2];
    new Random(1).nextBytes(rgb);
    try (ClipMeter meter = new ClipMeter(width, height, new DisFlow())) {
      meter.add(rgb);
      assertThat(meter.statistics().values()).hasSize(Statistic.values().length);
    }
  }

  @Test
  void halfAFrameIsRefused() {
    try (ClipMeter meter = new ClipMeter(16, 16, new DisFlow())) {
      assertThatThrownBy(() -> meter.add(new byte[16 * 16]))
          .hasMessage("256 bytes are no whole number of frames of 768 bytes");
    }
  }

  private static ClipStatistics measure(byte[] rgb) {
    try (ClipMeter meter = new ClipMeter(TestClips.WIDTH, TestClips.HEIGHT, new DisFlow())) {
      meter.add(rgb);
      return meter.statistics();
    }
  }

  private static AbstractDoubleAssert<?> expect(ClipStatistics clip, Statistic statistic) {
    return assertThat(clip.value(statistic).orElseThrow()).as(statistic.wireName());
  }
}

package dev.kintsugi.core.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QualityGateTest {
  private static final QualityThresholds LIMITS =
      new QualityThresholds(
          Map.of(
              Statistic.BRIGHTNESS, 40.0,
              Statistic.CONTRAST, 3.0,
              Statistic.FROZEN_SHARE, 0.2,
              Statistic.FLICKER, 1.0,
              Statistic.FLASH, 5.0,
              Statistic.JUMP, 10.0,
              Statistic.NOISE, 2.0,
              Statistic.SHARPNESS, 15.0,
              Statistic.ADJACENT_PSNR_DB, 15.0,
              Statistic.ADJACENT_SSIM, 0.5),
          25,
          false);

  @ParameterizedTest
  @CsvSource({
    "BRIGHTNESS, 39.9, BLACK",
    "CONTRAST, 2.9, CONSTANT",
    "FROZEN_SHARE, 0.21, FROZEN",
    "FROZEN_SHARE, 1.0, FROZEN",
    "FLICKER, 1.1, FLICKER",
    "FLASH, 5.1, FLICKER",
    "JUMP, 10.1, JUMP",
    "NOISE, 2.1, LOW_QUALITY",
    "SHARPNESS, 14, LOW_QUALITY",
    "ADJACENT_PSNR_DB, 14.9, LOW_QUALITY",
    "ADJACENT_SSIM, 0.49, LOW_QUALITY",
  })
  void eachLimitRejectsWithItsDefectAndItsNumbers(
      Statistic statistic, double value, Defect defect) {
    assertThat(QualityGate.judge(good(statistic, value), LIMITS))
        .isEqualTo(new Verdict.Rejected(defect, statistic, value, LIMITS.limits().get(statistic)));
  }

  @ParameterizedTest
  @CsvSource({"BRIGHTNESS, 40", "FROZEN_SHARE, 0.2", "JUMP, 10", "ADJACENT_SSIM, 0.5"})
  void theLimitItselfIsGood(Statistic statistic, double value) {
    assertThat(QualityGate.judge(good(statistic, value), LIMITS))
        .isEqualTo(new Verdict.Passed(false));
  }

  @Test
  void ofSeveralDefectsTheWorstIsNamed() {
    EnumMap<Statistic, Double> values = new EnumMap<>(good(Statistic.NOISE, 99).values());
    values.put(Statistic.JUMP, 99.0);
    values.put(Statistic.BRIGHTNESS, 0.0);
    assertThat(QualityGate.judge(new ClipStatistics(values), LIMITS))
        .isInstanceOfSatisfying(
            Verdict.Rejected.class, r -> assertThat(r.defect()).isEqualTo(Defect.BLACK));
  }

  @Test
  void aClipThatNeverMovedPassesWhereTheModelMakesSuchClipsAndOneThatStoppedDoesNot() {
    QualityThresholds lenient = new QualityThresholds(LIMITS.limits(), LIMITS.normalPsnrDb(), true);
    assertThat(QualityGate.judge(good(Statistic.FROZEN_SHARE, 1), lenient))
        .isInstanceOf(Verdict.Passed.class);
    assertThat(QualityGate.judge(good(Statistic.FROZEN_SHARE, 0.9), lenient))
        .isInstanceOf(Verdict.Rejected.class);
  }

  @Test
  void aPsnrBetweenAlarmAndNormalPassesWithAMark() {
    assertThat(QualityGate.judge(good(Statistic.ADJACENT_PSNR_DB, 24.9), LIMITS))
        .isEqualTo(new Verdict.Passed(true));
  }

  @Test
  void aClipOfOneFrameIsJudgedByWhatAFrameHas() {
    FrameReading black = new FrameReading(3, 1, 2, 0.1);
    ClipStatistics one = ClipStatistics.of(List.of(black), List.of());
    assertThat(one.value(Statistic.FROZEN_SHARE)).isEmpty();
    assertThat(QualityGate.judge(one, LIMITS))
        .isEqualTo(new Verdict.Rejected(Defect.BLACK, Statistic.BRIGHTNESS, 3, 40));
  }

  @Test
  void aLimitThatIsNotKnownIsNamed() {
    assertThatThrownBy(() -> QualityThresholds.of(Map.of("max_jmup", 3.0)))
        .hasMessage("quality.max_jmup is not known");
    assertThatThrownBy(() -> QualityThresholds.of(Map.of("max_jump", Double.NaN)))
        .hasMessage("quality.max_jump must be a number, not NaN");
  }

  @Test
  void whatIsWrittenIsRead() {
    assertThat(QualityThresholds.of(LIMITS.section())).isEqualTo(LIMITS);
  }

  @Test
  void anEmptySectionMeansTheFieldsLimits() {
    QualityThresholds field = QualityThresholds.of(Map.of());
    assertThat(field.normalPsnrDb()).isEqualTo(30);
    assertThat(field.limits()).containsEntry(Statistic.ADJACENT_PSNR_DB, 20.0);
    assertThat(field.staticClips()).isTrue();
  }

  private static ClipStatistics good(Statistic statistic, double value) {
    EnumMap<Statistic, Double> values = new EnumMap<>(Statistic.class);
    values.put(Statistic.BRIGHTNESS, 200.0);
    values.put(Statistic.CONTRAST, 50.0);
    values.put(Statistic.FROZEN_SHARE, 0.0);
    values.put(Statistic.FLICKER, 0.0);
    values.put(Statistic.FLASH, 0.0);
    values.put(Statistic.JUMP, 1.0);
    values.put(Statistic.NOISE, 1.0);
    values.put(Statistic.SHARPNESS, 100.0);
    values.put(Statistic.ADJACENT_PSNR_DB, 26.0);
    values.put(Statistic.ADJACENT_SSIM, 0.9);
    values.put(statistic, value);
    return new ClipStatistics(values);
  }
}

package dev.kintsugi.core.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QualityGateTest {
  private static final QualityThresholds LIMITS =
      new QualityThresholds(
          Map.ofEntries(
              Map.entry(Statistic.BRIGHTNESS, 40.0),
              Map.entry(Statistic.CONTRAST, 3.0),
              Map.entry(Statistic.MOTION, 0.1),
              Map.entry(Statistic.FROZEN_SHARE, 0.2),
              Map.entry(Statistic.FLICKER, 1.0),
              Map.entry(Statistic.FLASH, 5.0),
              Map.entry(Statistic.JUMP, 10.0),
              Map.entry(Statistic.NOISE, 2.0),
              Map.entry(Statistic.SHARPNESS, 15.0),
              Map.entry(Statistic.ADJACENT_PSNR_DB, 15.0),
              Map.entry(Statistic.ADJACENT_SSIM, 0.5)),
          25);

  @ParameterizedTest
  @CsvSource({
    "BRIGHTNESS, 39.9, BLACK",
    "CONTRAST, 2.9, CONSTANT",
    "FROZEN_SHARE, 0.21, FROZEN",
    "MOTION, 0.09, FROZEN",
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
        .isEqualTo(new Verdict.Passed(false, OptionalDouble.of(1)));
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
    ClipStatistics still = good(Statistic.FROZEN_SHARE, 1).with(Statistic.MOTION, 0);
    ClipStatistics stopped = still.with(Statistic.FROZEN_SHARE, 0.9);
    EnumMap<Statistic, Double> limits = new EnumMap<>(LIMITS.limits());
    assertThat(QualityGate.judge(still, LIMITS)).isInstanceOf(Verdict.Rejected.class);
    limits.put(Statistic.MOTION, 0.0);
    QualityThresholds lenient = new QualityThresholds(limits, LIMITS.normalPsnrDb());
    assertThat(QualityGate.judge(still, lenient)).isInstanceOf(Verdict.Passed.class);
    assertThat(QualityGate.judge(stopped, lenient)).isInstanceOf(Verdict.Rejected.class);
  }

  @Test
  void aPsnrBetweenAlarmAndNormalPassesWithAMark() {
    assertThat(QualityGate.judge(good(Statistic.ADJACENT_PSNR_DB, 24.9), LIMITS))
        .isInstanceOfSatisfying(Verdict.Passed.class, p -> assertThat(p.belowNormal()).isTrue());
  }

  @Test
  void theScoreIsTheRoomLeftToTheNearestLimit() {
    assertThat(score(good(Statistic.NOISE, 1.6), LIMITS)).hasValue(2.0 / 1.6);
    assertThat(score(good(Statistic.SHARPNESS, 18), LIMITS)).hasValue(18.0 / 15);
    ClipStatistics one = new ClipStatistics(Map.of(Statistic.JUMP, -1.0));
    assertThat(score(one, LIMITS)).as("nowhere near").hasValue(100);
    assertThat(score(one.with(Statistic.JUMP, 0), LIMITS)).hasValue(100);
    assertThat(score(one, new QualityThresholds(Map.of(), 30))).isEmpty();
    QualityThresholds open = new QualityThresholds(Map.of(Statistic.MOTION, 0.0), 30);
    assertThat(score(one.with(Statistic.MOTION, 0), open)).as("no limit at all").isEmpty();
  }

  private static OptionalDouble score(ClipStatistics clip, QualityThresholds thresholds) {
    return ((Verdict.Passed) QualityGate.judge(clip, thresholds)).score();
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
    assertThat(QualityGate.judge(good(Statistic.FROZEN_SHARE, 1).with(Statistic.MOTION, 0), field))
        .isInstanceOf(Verdict.Passed.class);
  }

  private static ClipStatistics good(Statistic statistic, double value) {
    EnumMap<Statistic, Double> values = new EnumMap<>(Statistic.class);
    values.put(Statistic.BRIGHTNESS, 200.0);
    values.put(Statistic.CONTRAST, 50.0);
    values.put(Statistic.MOTION, 3.0);
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

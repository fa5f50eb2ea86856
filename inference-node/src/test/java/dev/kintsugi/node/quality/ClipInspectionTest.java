package dev.kintsugi.node.quality;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.quality.Defect;
import dev.kintsugi.core.quality.QualityThresholds;
import dev.kintsugi.core.quality.Statistic;
import dev.kintsugi.core.quality.Verdict;
import dev.kintsugi.protocol.node.FailureClass;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.opencv.core.Mat;

class ClipInspectionTest {
  private static final Executor AT_ONCE = Runnable::run;

  @BeforeAll
  static void load() {
    OpenCv.load();
  }

  @Test
  void whatWasMeasuredIsJudged() {
    ClipInspection inspection = inspection(new DisFlow());
    inspection.add(TestClips.moving(2, 2));
    inspection.add(TestClips.uniform(1, 0, 0, 0));
    assertThat(inspection.judge())
        .isInstanceOfSatisfying(
            Judgement.Judged.class,
            judged -> {
              assertThat(judged.verdict())
                  .isEqualTo(new Verdict.Rejected(Defect.BLACK, Statistic.BRIGHTNESS, 0, 20));
              assertThat(judged.seconds()).isPositive();
            });
  }

  @Test
  void aClipOfWhichAPartCouldNotBeMeasuredIsNotJudged() {
    ClipInspection inspection = inspection(new Exhausted());
    inspection.add(TestClips.moving(1, 0));
    inspection.add(TestClips.moving(2, 2));
    assertThat(inspection.judge())
        .isEqualTo(new Judgement.NotJudged("java.lang.OutOfMemoryError: no room for the flow"));
  }

  @Test
  void aClipWithoutFramesIsNotJudged() {
    assertThat(inspection(new DisFlow()).judge())
        .isEqualTo(new Judgement.NotJudged("it has no frames"));
  }

  @ParameterizedTest
  @CsvSource({
    "BLACK, BLACK_FRAMES",
    "CONSTANT, BLACK_FRAMES",
    "FROZEN, FROZEN_FRAMES",
    "FLICKER, FLICKER",
    "JUMP, QUALITY_LOW",
    "LOW_QUALITY, QUALITY_LOW",
  })
  void everyDefectHasAClass(Defect defect, FailureClass failure) {
    assertThat(Judgement.failure(defect)).isEqualTo(failure);
  }

  private static ClipInspection inspection(FlowEstimator flow) {
    return new ClipInspection(
        QualityThresholds.LARGE_MODEL,
        () -> new ClipMeter(TestClips.WIDTH, TestClips.HEIGHT, flow),
        AT_ONCE);
  }

  /** Stands in for an estimator that finds no memory. */
  private static final class Exhausted implements FlowEstimator {

    @Override
    public void estimate(Picture first, Picture second, Mat flow) {
      throw new OutOfMemoryError("no room for the flow");
    }

    @Override
    public void close() {}
  }
}

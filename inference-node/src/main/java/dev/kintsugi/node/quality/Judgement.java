package dev.kintsugi.node.quality;

import dev.kintsugi.core.quality.ClipStatistics;
import dev.kintsugi.core.quality.Defect;
import dev.kintsugi.core.quality.Verdict;
import dev.kintsugi.protocol.node.FailureClass;
import java.util.Locale;

/** What became of the inspection of a clip. */
public sealed interface Judgement {

  /**
   * It was measured and held against its model's limits.
   *
   * @param seconds spent on measuring, on a thread of its own
   */
  record Judged(ClipStatistics statistics, Verdict verdict, double seconds) implements Judgement {}

  /** It could not be measured, so it must not be given out. */
  record NotJudged(String reason) implements Judgement {}

  /** What the control plane is told of a defect. */
  static FailureClass failure(Defect defect) {
    return switch (defect) {
      // A frame of one colour shows as little as a black one.
      case BLACK, CONSTANT -> FailureClass.BLACK_FRAMES;
      case FROZEN -> FailureClass.FROZEN_FRAMES;
      case FLICKER -> FailureClass.FLICKER;
      case JUMP, LOW_QUALITY -> FailureClass.QUALITY_LOW;
    };
  }

  /** One sentence for people. */
  static String sentence(Verdict.Rejected rejected) {
    return String.format(
        Locale.ROOT,
        "the quality gate found %s: %s is %.4g, the model's limit is %.4g",
        switch (rejected.defect()) {
          case BLACK -> "a black frame";
          case CONSTANT -> "a frame of one colour";
          case FROZEN -> "a frozen picture";
          case FLICKER -> "flicker";
          case JUMP -> "a sudden jump";
          case LOW_QUALITY -> "low quality";
        },
        rejected.statistic().wireName(),
        rejected.value(),
        rejected.limit());
  }
}

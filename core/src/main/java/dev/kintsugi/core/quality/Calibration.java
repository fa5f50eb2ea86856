package dev.kintsugi.core.quality;

import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Finds a model's limits from clips that are known to be good.
 *
 * <p>The declared rate of false alarms is divided by the number of statistics. For each of them the
 * worst {@value #TAIL} of the clips are taken for its tail, whose excesses over the tail's
 * beginning are modelled as exponential (peaks over threshold); the mean excess is taken at its
 * upper 95 % confidence bound, and the limit lies where the model leaves the allowed share. A limit
 * is never nearer than the worst good clip and one grain of the statistic's unit. Statistics that
 * cannot be negative and are bad when low are treated by their logarithm.
 *
 * <p>However bright a model's good clips are, a frame is not called black above {@value #BLACK} nor
 * of one colour above {@value #ONE_COLOUR}: dark and plain pictures are rare, and no tail tells of
 * what a sample lacks.
 *
 * <p>What the number of clips proves without a model is far less, and reported beside it: no clip
 * of {@code n} was beyond the limits, so with 95 % confidence at most {@code 1 - 0.05^(1/n)} are.
 */
public final class Calibration {
  /** Fewer clips say nothing about a tail. */
  public static final int LEAST_CLIPS = 50;

  private static final double TAIL = 0.05;
  private static final int LEAST_TAIL = 10;
  private static final double CONFIDENCE = 0.95;
  private static final double NORMAL_QUANTILE = 1.645;

  /** The share of good clips whose PSNR is called below normal. */
  private static final double BELOW_NORMAL = 0.05;

  /** A tenth of the scale, as other black detectors have it. */
  private static final double BLACK = 24;

  private static final double ONE_COLOUR = 4;

  private static final double SMALLEST = 1e-3;
  private static final double DECIMALS = 1e3;

  private Calibration() {}

  /**
   * What was found.
   *
   * @param worst the most extreme value of a good clip, by statistic
   * @param provenRate share of good clips that is beyond a limit at most, with 95 % confidence and
   *     without a model of the tail
   */
  public record Result(
      QualityThresholds thresholds, Map<Statistic, Double> worst, int clips, double provenRate) {}

  /**
   * Finds the limits.
   *
   * @param good at least {@value #LEAST_CLIPS} clips
   * @param falseAlarmRate share of good clips that may be rejected, over 0 and under 0.5
   * @throws IllegalArgumentException when there are too few clips or the rate is no such share
   */
  public static Result of(List<ClipStatistics> good, double falseAlarmRate) {
    if (good.size() < LEAST_CLIPS) {
      throw new IllegalArgumentException(
          "at least " + LEAST_CLIPS + " good clips are needed, not " + good.size());
    }
    if (!(falseAlarmRate > 0 && falseAlarmRate < 0.5)) {
      throw new IllegalArgumentException(
          "the false alarm rate must be over 0 and under 0.5, not " + falseAlarmRate);
    }
    double each = falseAlarmRate / Statistic.values().length;
    EnumMap<Statistic, Double> limits = new EnumMap<>(Statistic.class);
    EnumMap<Statistic, Double> worst = new EnumMap<>(Statistic.class);
    for (Statistic statistic : Statistic.values()) {
      double[] values = judged(good, statistic);
      if (values.length >= LEAST_CLIPS) {
        limits.put(statistic, limit(statistic, values, each));
        worst.put(statistic, extreme(statistic, values));
      } else if (statistic == Statistic.FROZEN_SHARE) {
        limits.put(statistic, QualityThresholds.LARGE_MODEL.limits().get(statistic));
      }
    }
    double proven = 1 - Math.pow(1 - CONFIDENCE, 1.0 / good.size());
    return new Result(new QualityThresholds(limits, normalPsnr(good)), worst, good.size(), proven);
  }

  // A clip that never moved is excused from this limit, so it must not loosen it.
  private static double[] judged(List<ClipStatistics> good, Statistic statistic) {
    return good.stream()
        .flatMap(clip -> clip.value(statistic).stream())
        .filter(v -> statistic != Statistic.FROZEN_SHARE || v < 1)
        .mapToDouble(v -> v)
        .toArray();
  }

  private static double limit(Statistic statistic, double[] values, double rate) {
    double[] worstFirst =
        Arrays.stream(values)
            .map(v -> badness(statistic, v))
            .boxed()
            .sorted(Comparator.reverseOrder())
            .mapToDouble(v -> v)
            .toArray();
    int tail = Math.min(values.length / 2, Math.max(LEAST_TAIL, (int) (TAIL * values.length)));
    double begin = worstFirst[tail];
    double excess = Arrays.stream(worstFirst, 0, tail).map(v -> v - begin).average().orElseThrow();
    double bounded = excess * (1 + NORMAL_QUANTILE / Math.sqrt(tail));
    double modelled = begin + bounded * Math.log((double) tail / values.length / rate);
    double found = value(statistic, Math.max(modelled, worstFirst[0]));
    return rounded(statistic, found, extreme(statistic, values));
  }

  /** At least a grain beyond the worst good clip, and outwards to three decimal places. */
  private static double rounded(Statistic statistic, double found, double extreme) {
    if (statistic.side() == Statistic.Side.TOO_HIGH) {
      return Math.ceil(Math.max(found, extreme + statistic.grain()) * DECIMALS) / DECIMALS;
    }
    double limit = Math.floor(Math.min(found, extreme - statistic.grain()) * DECIMALS) / DECIMALS;
    return Math.clamp(limit, 0, most(statistic));
  }

  private static double most(Statistic statistic) {
    return switch (statistic) {
      case BRIGHTNESS -> BLACK;
      case CONTRAST -> ONE_COLOUR;
      default -> Double.MAX_VALUE;
    };
  }

  private static double extreme(Statistic statistic, double[] values) {
    return statistic.side() == Statistic.Side.TOO_HIGH
        ? Arrays.stream(values).max().orElseThrow()
        : Arrays.stream(values).min().orElseThrow();
  }

  private static double normalPsnr(List<ClipStatistics> good) {
    double[] psnr = judged(good, Statistic.ADJACENT_PSNR_DB);
    Arrays.sort(psnr);
    return psnr.length == 0
        ? QualityThresholds.LARGE_MODEL.normalPsnrDb()
        : Math.floor(psnr[(int) (BELOW_NORMAL * psnr.length)] * DECIMALS) / DECIMALS;
  }

  private static double badness(Statistic statistic, double value) {
    if (statistic.side() == Statistic.Side.TOO_HIGH) {
      return value;
    }
    return logarithmic(statistic) ? -Math.log(Math.max(value, SMALLEST)) : -value;
  }

  private static double value(Statistic statistic, double badness) {
    if (statistic.side() == Statistic.Side.TOO_HIGH) {
      return badness;
    }
    return logarithmic(statistic) ? Math.exp(-badness) : -badness;
  }

  private static boolean logarithmic(Statistic statistic) {
    return switch (statistic) {
      case BRIGHTNESS, CONTRAST, MOTION, SHARPNESS -> true;
      default -> false;
    };
  }
}

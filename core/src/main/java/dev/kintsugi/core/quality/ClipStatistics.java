package dev.kintsugi.core.quality;

import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * A whole clip in a dozen numbers. A statistic of pairs is missing from a clip of one frame.
 *
 * @param values by statistic, finite
 */
public record ClipStatistics(Map<Statistic, Double> values) {

  /**
   * Two frames differ by less than this when not one colour value in twenty changed by one: not
   * even the noise of a decoder does that while it decodes.
   */
  static final double SAME_FRAME = 0.05;

  public ClipStatistics {
    EnumMap<Statistic, Double> copy = new EnumMap<>(Statistic.class);
    copy.putAll(values);
    copy.forEach(
        (s, v) -> {
          if (!Double.isFinite(v)) {
            throw new IllegalArgumentException(s.wireName() + " is not a finite number: " + v);
          }
        });
    values = Collections.unmodifiableMap(copy);
  }

  /**
   * Sums a clip up.
   *
   * @param frames at least one
   * @param pairs one less than frames, in order
   */
  public static ClipStatistics of(List<FrameReading> frames, List<PairReading> pairs) {
    if (frames.isEmpty() || pairs.size() != frames.size() - 1) {
      throw new IllegalArgumentException(
          frames.size() + " frames have no " + pairs.size() + " pairs of neighbours");
    }
    EnumMap<Statistic, Double> values = new EnumMap<>(Statistic.class);
    values.put(Statistic.BRIGHTNESS, least(frames, FrameReading::brightness));
    values.put(Statistic.CONTRAST, least(frames, FrameReading::contrast));
    values.put(Statistic.SHARPNESS, least(frames, FrameReading::sharpness));
    values.put(Statistic.NOISE, most(frames, FrameReading::noise));
    if (!pairs.isEmpty()) {
      addPairs(values, pairs);
    }
    return new ClipStatistics(values);
  }

  private static void addPairs(Map<Statistic, Double> values, List<PairReading> pairs) {
    values.put(Statistic.MOTION, median(pairs, PairReading::difference));
    values.put(Statistic.FROZEN_SHARE, (double) longestStill(pairs) / pairs.size());
    values.put(Statistic.FLICKER, flicker(pairs));
    values.put(Statistic.FLASH, flash(pairs));
    values.put(
        Statistic.JUMP,
        most(pairs, PairReading::difference) - median(pairs, PairReading::difference));
    values.put(Statistic.ADJACENT_PSNR_DB, median(pairs, PairReading::psnrDb));
    values.put(Statistic.ADJACENT_SSIM, mean(pairs, PairReading::ssim));
    values.put(Statistic.FLOW, mean(pairs, PairReading::flow));
    values.put(Statistic.FLOW_ENTROPY, mean(pairs, PairReading::flowEntropy));
    values.put(Statistic.RESIDUAL, most(pairs, PairReading::residual));
  }

  /** The same clip with another value of one statistic. */
  public ClipStatistics with(Statistic statistic, double value) {
    EnumMap<Statistic, Double> changed = new EnumMap<>(Statistic.class);
    changed.putAll(values);
    changed.put(statistic, value);
    return new ClipStatistics(changed);
  }

  /** A value, where the clip has it. */
  public Optional<Double> value(Statistic statistic) {
    return Optional.ofNullable(values.get(statistic));
  }

  /** The values by their wire names, rounded to four decimal places. */
  public Map<String, Double> named() {
    Map<String, Double> named = new LinkedHashMap<>();
    values.forEach((s, v) -> named.put(s.wireName(), Math.round(v * 1e4) / 1e4));
    return named;
  }

  private static int longestStill(List<PairReading> pairs) {
    int run = 0;
    int longest = 0;
    for (PairReading pair : pairs) {
      run = pair.difference() < SAME_FRAME ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
    return longest;
  }

  // What brightness travels beyond its way from the first frame to the last: a slow fade has none.
  private static double flicker(List<PairReading> pairs) {
    double travelled = pairs.stream().mapToDouble(p -> Math.abs(p.shift())).sum();
    double way = Math.abs(pairs.stream().mapToDouble(PairReading::shift).sum());
    return Math.max(0, travelled - way) / pairs.size();
  }

  private static double flash(List<PairReading> pairs) {
    double largest = 0;
    for (int i = 1; i < pairs.size(); i++) {
      double there = pairs.get(i - 1).shift();
      double back = pairs.get(i).shift();
      if (there * back < 0) {
        largest = Math.max(largest, Math.min(Math.abs(there), Math.abs(back)));
      }
    }
    return largest;
  }

  private static <T> double least(List<T> readings, ToDoubleFunction<T> value) {
    return readings.stream().mapToDouble(value).min().orElseThrow();
  }

  private static <T> double most(List<T> readings, ToDoubleFunction<T> value) {
    return readings.stream().mapToDouble(value).max().orElseThrow();
  }

  private static <T> double mean(List<T> readings, ToDoubleFunction<T> value) {
    return readings.stream().mapToDouble(value).average().orElseThrow();
  }

  private static <T> double median(List<T> readings, ToDoubleFunction<T> value) {
    double[] sorted = readings.stream().mapToDouble(value).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}

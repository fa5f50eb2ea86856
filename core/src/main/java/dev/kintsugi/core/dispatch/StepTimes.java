package dev.kintsugi.core.dispatch;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Measured seconds per denoise step by clip shape, and what they say about shapes not measured.
 *
 * @param byShape median seconds per step, keyed as {@link ClipShape#key()}
 */
public record StepTimes(Map<String, Double> byShape) {

  /**
   * Between linear (feed-forward) and quadratic (attention) growth with the number of tokens. Used
   * only upwards; downwards the estimate is linear, so that it errs on the slow side both ways.
   */
  private static final double GROWTH = 1.5;

  public StepTimes {
    byShape = Map.copyOf(byShape);
  }

  public static StepTimes none() {
    return new StepTimes(Map.of());
  }

  /** The slowest measurement of each shape among several nodes. */
  public static StepTimes slowestOf(List<StepTimes> all) {
    Map<String, Double> merged = new HashMap<>();
    all.forEach(times -> times.byShape.forEach((key, s) -> merged.merge(key, s, Math::max)));
    return new StepTimes(merged);
  }

  /**
   * Seconds per step for this shape: measured, else scaled by tokens from the nearest measured
   * shape; empty when nothing was measured.
   */
  public OptionalDouble secondsPerStep(ClipShape shape) {
    Double measured = byShape.get(shape.key());
    if (measured != null) {
      return OptionalDouble.of(measured);
    }
    return nearest(shape).map(known -> scaled(known, shape)).stream()
        .mapToDouble(Double::doubleValue)
        .findFirst();
  }

  private Optional<ClipShape> nearest(ClipShape shape) {
    return byShape.keySet().stream()
        .flatMap(key -> ClipShape.parse(key).stream())
        .filter(known -> known.tokens() > 0)
        .min(
            Comparator.comparingDouble(
                known -> Math.abs(Math.log(known.tokens() / (double) shape.tokens()))));
  }

  private double scaled(ClipShape known, ClipShape shape) {
    double ratio = shape.tokens() / (double) known.tokens();
    double seconds = byShape.getOrDefault(known.key(), 0.0);
    return seconds * (ratio > 1 ? Math.pow(ratio, GROWTH) : ratio);
  }
}

package dev.kintsugi.core.slo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The usual pace of a service: for each shape the best that the lower half of its nodes ever
 * reached together, so that one lucky node does not set it.
 */
public final class StepPace {

  private static final int PERCENT = 100;

  private final Map<String, Double> usual = new HashMap<>();

  /**
   * Learns from one look at every node.
   *
   * @param nodes seconds per step by shape, one map for each node
   */
  public synchronized void learn(List<Map<String, Double>> nodes) {
    Map<String, List<Double>> byShape = new HashMap<>();
    nodes.forEach(
        node ->
            node.forEach(
                (shape, seconds) ->
                    byShape.computeIfAbsent(shape, _ -> new ArrayList<>()).add(seconds)));
    byShape.forEach(
        (shape, seconds) -> {
          List<Double> sorted = seconds.stream().sorted().toList();
          double median = sorted.get(sorted.size() / 2);
          if (median > 0) {
            usual.merge(shape, median, Math::min);
          }
        });
  }

  /** By how much a node's step rate is below the usual one, for its worst shape; 0 where above. */
  public synchronized OptionalDouble dropPercent(Map<String, Double> stepSeconds) {
    return stepSeconds.entrySet().stream()
        .filter(step -> usual.containsKey(step.getKey()) && step.getValue() > 0)
        .mapToDouble(
            step ->
                Math.max(0, 1 - usual.getOrDefault(step.getKey(), 0.0) / step.getValue()) * PERCENT)
        .max();
  }
}

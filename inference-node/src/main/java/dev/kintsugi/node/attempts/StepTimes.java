package dev.kintsugi.node.attempts;

import jakarta.inject.Singleton;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Median seconds per denoise step by {@link AttemptJob#shape model and shape}, over the last steps.
 * Thread-safe.
 */
@Singleton
public final class StepTimes {
  private static final int WINDOW = 101;
  private static final int MAX_SHAPES = 64;

  private final Map<String, Deque<Double>> times =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Deque<Double>> eldest) {
          return size() > MAX_SHAPES;
        }
      };

  synchronized void add(String shape, double seconds) {
    Deque<Double> window = times.computeIfAbsent(shape, s -> new ArrayDeque<>());
    if (window.size() == WINDOW) {
      window.removeFirst();
    }
    window.addLast(seconds);
  }

  /** Medians of a model by {@code WIDTHxHEIGHTxFRAMES}. */
  public synchronized Map<String, Double> medians(String model) {
    String prefix = model + "/";
    Map<String, Double> medians = new TreeMap<>();
    times.forEach(
        (shape, window) -> {
          if (shape.startsWith(prefix)) {
            medians.put(shape.substring(prefix.length()), median(window));
          }
        });
    return medians;
  }

  /** Seconds of the last steps of a shape, oldest first. */
  public synchronized double[] recent(String shape) {
    Deque<Double> window = times.get(shape);
    return window == null
        ? new double[0]
        : window.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** Median of one shape, 0 while nothing of it is known. */
  synchronized double median(String shape) {
    Deque<Double> window = times.get(shape);
    return window == null ? 0 : median(window);
  }

  private static double median(Deque<Double> window) {
    double[] sorted = window.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}

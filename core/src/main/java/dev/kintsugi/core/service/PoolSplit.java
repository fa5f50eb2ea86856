package dev.kintsugi.core.service;

import java.util.ArrayList;
import java.util.List;

/**
 * How a service's number of pods is divided: every pool gets its minimum, the rest goes to the
 * pools in the order of the spec, each up to its maximum. So the first pool grows first and shrinks
 * last.
 */
public final class PoolSplit {

  private PoolSplit() {}

  /**
   * Bounds of a pool.
   *
   * @param max at least {@code min}
   */
  public record Bounds(String name, int min, int max) {}

  /**
   * @param replicas pods wanted over all pools; the sum of the minima and that of the maxima bound
   *     it
   */
  public static List<ServiceAsk.Pool> of(List<Bounds> pools, int replicas) {
    int left = replicas - pools.stream().mapToInt(Bounds::min).sum();
    List<ServiceAsk.Pool> split = new ArrayList<>();
    for (Bounds pool : pools) {
      int more = Math.clamp(left, 0, pool.max() - pool.min());
      left -= more;
      split.add(new ServiceAsk.Pool(pool.name(), pool.min() + more, pool.min(), pool.max()));
    }
    return List.copyOf(split);
  }
}

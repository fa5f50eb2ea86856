package dev.kintsugi.core.service;

import java.time.Duration;
import java.util.List;

/**
 * What the spec asks for.
 *
 * @param revision name of the revision that the spec describes
 * @param held the spec is not acceptable: nothing new is started, what runs goes on
 * @param deleting the service is to go
 * @param drainBound a group is removed this long after its drain began even if jobs run
 * @param startBound a pod that is not ready for longer counts as stuck
 */
public record ServiceAsk(
    String revision,
    List<Pool> pools,
    boolean held,
    boolean deleting,
    Duration drainBound,
    Duration startBound) {

  public ServiceAsk {
    pools = List.copyOf(pools);
  }

  /** The same of another revision: the asked one is not to be tried. */
  public ServiceAsk instead(String other) {
    return new ServiceAsk(other, pools, held, deleting, drainBound, startBound);
  }

  /**
   * A pool, as {@link PoolSplit} divided the service's pods.
   *
   * @param replicas pods it is to have
   * @param min pods at least, also where an older number of pods counts
   * @param max pods at most
   */
  public record Pool(String name, int replicas, int min, int max) {

    int within(int number) {
      return Math.clamp(number, min, max);
    }
  }
}

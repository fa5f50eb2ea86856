package dev.kintsugi.controlplane.queue;

import dev.kintsugi.protocol.video.Priority;
import java.util.Map;

/**
 * How loaded a service is. May be half a second old, or older with very many jobs.
 *
 * @param waiting by priority; a priority without jobs has a zero load
 * @param running live attempts and their predicted cost
 */
public record QueueSnapshot(String service, Map<Priority, Load> waiting, Load running) {

  public QueueSnapshot {
    waiting = Map.copyOf(waiting);
  }

  /** Jobs waiting in every priority. */
  public long depth() {
    return waiting.values().stream().mapToLong(Load::jobs).sum();
  }

  /**
   * A number of jobs and what they are predicted to cost.
   *
   * @param cost GPU seconds
   */
  public record Load(long jobs, double cost) {
    public static final Load NONE = new Load(0, 0);
  }
}

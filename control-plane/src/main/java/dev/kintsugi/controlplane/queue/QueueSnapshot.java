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

  /** Running jobs are on average half done. */
  private static final double RUNNING_LEFT = 0.5;

  /** GPU seconds of what is running, and of waiting work of the same class or a more urgent one. */
  public double secondsAhead(Priority priority) {
    double before =
        waiting.entrySet().stream()
            .filter(entry -> entry.getKey().compareTo(priority) <= 0)
            .mapToDouble(entry -> entry.getValue().cost())
            .sum();
    return before + RUNNING_LEFT * running.cost();
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

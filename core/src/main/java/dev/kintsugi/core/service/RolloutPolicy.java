package dev.kintsugi.core.service;

import java.time.Duration;
import java.util.List;

/**
 * How a rollout goes.
 *
 * @param steps weights of the canary in percent, strictly rising; the last is 100
 * @param maxSurge pods above the wanted number while slots are swapped, 0 or 1
 * @param bake the warm slot of stable is kept so long after the canary carries everything
 */
public record RolloutPolicy(List<Integer> steps, int maxSurge, Duration bake) {

  public RolloutPolicy {
    steps = List.copyOf(steps);
  }

  int weight(int step) {
    return steps.get(Math.clamp(step, 0, lastStep()));
  }

  int lastStep() {
    return steps.size() - 1;
  }

  /** Only step is 100: the whole revision comes up beside the old one and takes over at once. */
  boolean atOnce() {
    return steps.size() == 1;
  }
}

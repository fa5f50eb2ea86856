package dev.kintsugi.node.engine;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;

/**
 * A denoise loop between two steps: whoever goes on from it computes what would have been computed
 * anyway.
 *
 * @param step denoise steps done, at least 1
 * @param shape one, channels, frames, rows, columns of the latents
 * @param latents values after that step
 * @param history what the solver remembers of earlier steps, by name, shaped as the latents
 * @param substituted experts whose steps another one took so far
 */
public record DenoiseState(
    int step,
    long[] shape,
    float[] latents,
    Map<String, float[]> history,
    Set<Expert> substituted) {

  public DenoiseState {
    long size = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    if (latents.length != size || history.values().stream().anyMatch(h -> h.length != size)) {
      throw new IllegalArgumentException("latents and history have " + size + " values each");
    }
    history = Map.copyOf(history);
    substituted = Set.copyOf(substituted);
  }
}

package dev.kintsugi.node.engine;

import java.util.regex.Pattern;

/**
 * What the engine runs on. The first model loaded in a process decides the number of threads.
 *
 * @param device {@code cpu} or {@code cuda:N}
 * @param threads threads of one forward pass; 0 leaves it to the tensor library (one per core)
 */
public record EngineOptions(String device, int threads) {
  private static final Pattern DEVICE = Pattern.compile("cpu|cuda:\\d{1,2}");

  public EngineOptions {
    if (!DEVICE.matcher(device).matches()) {
      throw new IllegalArgumentException("device must be cpu or cuda:N, not " + device);
    }
    if (threads < 0) {
      throw new IllegalArgumentException("threads must not be negative, not " + threads);
    }
  }

  /** The CPU with as many threads as the tensor library sees fit. */
  public static EngineOptions cpu() {
    return new EngineOptions("cpu", 0);
  }
}

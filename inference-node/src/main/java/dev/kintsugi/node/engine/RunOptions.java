package dev.kintsugi.node.engine;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a generation is run, beside what it makes.
 *
 * @param instead for each expert that must not be used, the one that takes its steps
 * @param resume where the run goes on; null where it starts from noise
 * @param checkpointEvery steps between two calls of {@link GenerationListener#checkpoint}; 0 for
 *     none
 */
public record RunOptions(
    Map<Expert, Expert> instead, @Nullable DenoiseState resume, int checkpointEvery) {

  /** The way the model was trained, from noise, without checkpoints. */
  public static final RunOptions USUAL = new RunOptions(Map.of(), null, 0);

  public RunOptions {
    instead = Map.copyOf(instead);
  }

  /** The expert that runs the steps of another. */
  Expert runs(Expert range) {
    return instead.getOrDefault(range, range);
  }

  boolean checkpointAfter(int step) {
    return checkpointEvery > 0 && step % checkpointEvery == 0;
  }
}

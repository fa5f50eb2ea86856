package dev.kintsugi.node.engine;

import java.util.Map;

/**
 * How a generation is run, beside what it makes.
 *
 * @param instead for each expert that must not be used, the one that takes its steps
 */
public record RunOptions(Map<Expert, Expert> instead) {

  /** The way the model was trained. */
  public static final RunOptions USUAL = new RunOptions(Map.of());

  public RunOptions {
    instead = Map.copyOf(instead);
  }

  /** The expert that runs the steps of another. */
  Expert runs(Expert range) {
    return instead.getOrDefault(range, range);
  }
}

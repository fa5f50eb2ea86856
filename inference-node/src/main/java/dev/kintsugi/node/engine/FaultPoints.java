package dev.kintsugi.node.engine;

/**
 * Where a drill can make a generation go wrong. The engine calls these where the real fault would
 * be; by default each does nothing.
 */
public interface FaultPoints {

  /** No drill. */
  FaultPoints NONE = new FaultPoints() {};

  /** The engine's own way to get memory. */
  interface Allocator {

    /** Asks for that many floats on the device and gives them back. */
    void allocate(long floats);
  }

  /**
   * Before the forward passes of a step; may take its time, ask for memory, or not return.
   *
   * @param step 1..total
   * @param expert the transformer that is about to run
   */
  default void beforeStep(int step, Expert expert, Allocator allocator) {}

  /**
   * What an expert answered, before the solver sees it.
   *
   * @param velocity the engine's own array, which may be changed
   */
  default void answered(int step, Expert expert, float[] velocity) {}

  /**
   * The latents after a step, before they are checked.
   *
   * @param latents the engine's own array, which may be changed
   */
  default void advanced(int step, Expert expert, float[] latents) {}

  /** Frames as they leave the decoder; the answer goes on in their place. */
  default FrameChunk decoded(FrameChunk chunk) {
    return chunk;
  }
}

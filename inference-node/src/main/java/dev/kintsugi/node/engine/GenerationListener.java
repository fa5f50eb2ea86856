package dev.kintsugi.node.engine;

/** Follows one generation. Called on the thread that generates, so every method must be quick. */
public interface GenerationListener {

  /** Asked before every forward pass; true ends the generation as CANCELLED. */
  boolean cancelled();

  /**
   * The prompt is encoded, the negative one not yet.
   *
   * @param pooled mean over the prompt's tokens, as many values as an embedding has
   */
  default void promptEncoded(float[] pooled) {}

  /** Both prompts are encoded. */
  default void textEncoded() {}

  /**
   * Told once, before the first step that another expert takes over.
   *
   * @param out the expert whose step it is
   * @param by the one that runs it
   */
  default void substituted(Expert out, Expert by) {}

  /**
   * A denoise step begins.
   *
   * @param step 1..total
   * @param expert the transformer that is about to run
   */
  default void stepping(int step, Expert expert) {}

  /**
   * A denoise step is done.
   *
   * @param step 1..total
   * @param total steps in all
   * @param expert the transformer that ran it
   */
  default void step(int step, int total, Expert expert) {}

  /**
   * The latents after a step, before {@link #step} reports it.
   *
   * @param step 0 is the initial noise; of a resumed run the first is where it goes on
   * @param values channel, frame, row, column; the engine's own array, to be read only and only now
   */
  default void latents(int step, float[] values) {}

  /**
   * A point the run can go on from, after every {@link RunOptions#checkpointEvery} steps.
   *
   * @param state a copy, to be kept as long as wanted
   */
  default void checkpoint(DenoiseState state) {}

  /** Frames as they stream out of the decoder, in order. */
  default void frames(FrameChunk chunk) {}

  /** Where a drill makes this generation go wrong. */
  default FaultPoints faults() {
    return FaultPoints.NONE;
  }
}

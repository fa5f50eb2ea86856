package dev.kintsugi.node.engine;

import dev.kintsugi.node.model.ModelManifest;

/** A loaded model. One generation at a time; a second caller waits. */
public interface VideoModel extends AutoCloseable {

  /** The verified manifest; a lite model's includes what it takes from its base. */
  ModelManifest manifest();

  /**
   * SHA-256 of the manifest without its quality limits, in lower-case hex: with it, the weights are
   * known exactly.
   */
  String digest();

  /**
   * Generates one clip and returns when it is complete.
   *
   * @throws GenerationException when there will be no clip; the model stays usable
   */
  Clip generate(GenerationRequest request, RunOptions options, GenerationListener listener)
      throws GenerationException;

  /**
   * Tokens of a prompt as {@link #generate} counts them: after cleaning, with the one that ends it,
   * and never more than the model reads. Any thread may ask, also while a clip is being made.
   *
   * @throws IllegalStateException when the model is closed
   */
  int tokens(String prompt);

  /** Generates in the usual way. */
  default Clip generate(GenerationRequest request, GenerationListener listener)
      throws GenerationException {
    return generate(request, RunOptions.USUAL, listener);
  }

  @Override
  void close();
}

package dev.kintsugi.node.attempts;

/**
 * Follows every attempt of the node. Called on the engine's thread or the encoder's, so every
 * method must be quick and must not throw.
 */
public interface AttemptListener {

  /**
   * The prompt went through the text encoder.
   *
   * @param pooled mean of the embeddings of the prompt's tokens
   */
  default void promptEncoded(Attempt attempt, float[] pooled) {}

  /** The attempt has its final state; what it allocated on the device is released. */
  default void ended(Attempt attempt) {}
}

package dev.kintsugi.node.engine;

import dev.kintsugi.protocol.node.FailureClass;

/** A forward pass cannot be interrupted, so the wish to stop is heard between two of them. */
final class Cancellation {

  private Cancellation() {}

  static void check(GenerationListener listener) throws GenerationException {
    if (listener.cancelled()) {
      throw new GenerationException(FailureClass.CANCELLED, "the generation was cancelled");
    }
  }
}

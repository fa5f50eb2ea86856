package dev.kintsugi.node.warmup;

import dev.kintsugi.protocol.node.FailureClass;

/** A model cannot be served; the message is one sentence that names the file or the number. */
public final class ModelUnusableException extends Exception {
  private static final long serialVersionUID = 1L;

  private final FailureClass failure;

  public ModelUnusableException(FailureClass failure, String message) {
    super(message);
    this.failure = failure;
  }

  public FailureClass failure() {
    return failure;
  }
}

package dev.kintsugi.node.engine;

import dev.kintsugi.protocol.node.FailureClass;
import org.jspecify.annotations.Nullable;

/** A generation ended without a clip; the message is one sentence for people. */
public final class GenerationException extends Exception {
  private static final long serialVersionUID = 1L;

  private final FailureClass failureClass;

  public GenerationException(FailureClass failureClass, String message) {
    this(failureClass, message, null);
  }

  public GenerationException(FailureClass failureClass, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.failureClass = failureClass;
  }

  public FailureClass failureClass() {
    return failureClass;
  }
}

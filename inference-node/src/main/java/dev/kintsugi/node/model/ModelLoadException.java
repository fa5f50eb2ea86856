package dev.kintsugi.node.model;

import dev.kintsugi.protocol.node.FailureClass;
import org.jspecify.annotations.Nullable;

/** A model directory cannot be used; the message is one line that names the file. */
public final class ModelLoadException extends Exception {
  private static final long serialVersionUID = 1L;

  private final FailureClass failureClass;

  public ModelLoadException(FailureClass failureClass, String message) {
    this(failureClass, message, null);
  }

  public ModelLoadException(FailureClass failureClass, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.failureClass = failureClass;
  }

  /** WEIGHTS_CORRUPT for a file that is missing or altered, else MODEL_LOAD_FAILED or OOM. */
  public FailureClass failureClass() {
    return failureClass;
  }
}

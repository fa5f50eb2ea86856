package dev.kintsugi.node.checkpoints;

import org.jspecify.annotations.Nullable;

/** A run cannot go on from a checkpoint; the message is one sentence that says why. */
public final class CheckpointException extends Exception {
  private static final long serialVersionUID = 1L;

  CheckpointException(String message) {
    this(message, null);
  }

  CheckpointException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}

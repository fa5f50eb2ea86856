package dev.kintsugi.node.tensors;

import org.jspecify.annotations.Nullable;

/** A tensor file cannot be used; the message is one line that names the file. */
public final class SafetensorsException extends Exception {
  private static final long serialVersionUID = 1L;

  SafetensorsException(String message) {
    this(message, null);
  }

  SafetensorsException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}

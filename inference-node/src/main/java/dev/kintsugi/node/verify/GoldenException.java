package dev.kintsugi.node.verify;

import org.jspecify.annotations.Nullable;

/** A golden folder cannot be used; the message is one line that names the file. */
public final class GoldenException extends Exception {
  private static final long serialVersionUID = 1L;

  GoldenException(String message) {
    this(message, null);
  }

  GoldenException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}

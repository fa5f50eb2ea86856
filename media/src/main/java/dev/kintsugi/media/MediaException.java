package dev.kintsugi.media;

/** Frames could not be kept or encoded; the message is one sentence for people. */
public final class MediaException extends Exception {
  private static final long serialVersionUID = 1L;

  public MediaException(String message) {
    super(message);
  }

  public MediaException(String message, Throwable cause) {
    super(message, cause);
  }
}

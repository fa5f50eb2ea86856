package dev.kintsugi.core.admission;

/**
 * One thing wrong with a request.
 *
 * @param field as the caller spelled it
 * @param reason what kind of wrong
 * @param message one sentence naming the field, the limit and, where it helps, what was sent
 */
public record Problem(String field, Reason reason, String message) {

  /** Kinds of wrong. Each has its own public error code. */
  public enum Reason {
    MISSING,
    INVALID,
    UNSUPPORTED,
    TOO_LONG,
    BAD_SIZE
  }
}

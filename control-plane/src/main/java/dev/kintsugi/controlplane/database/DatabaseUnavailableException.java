package dev.kintsugi.controlplane.database;

/**
 * The database did not answer: it is restarting, unreachable or out of connections. Whether the
 * statement took effect is unknown, so only idempotent calls may be repeated blindly; every call of
 * the job queue is.
 */
public final class DatabaseUnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public DatabaseUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}

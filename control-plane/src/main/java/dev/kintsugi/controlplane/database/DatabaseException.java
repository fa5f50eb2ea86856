package dev.kintsugi.controlplane.database;

/** The database cannot be used and waiting will not help; the message says what to change. */
public final class DatabaseException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public DatabaseException(String message) {
    super(message);
  }

  public DatabaseException(String message, Throwable cause) {
    super(message, cause);
  }
}

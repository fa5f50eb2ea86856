package dev.kintsugi.controlplane.dispatch;

import org.jspecify.annotations.Nullable;

/** A node could not be asked, or said no. */
abstract sealed class NodeException extends Exception {

  private static final long serialVersionUID = 1L;

  private NodeException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  private NodeException(String message) {
    super(message);
  }

  /** No answer: nothing listens, the connection broke, or time ran out. */
  static final class Unreachable extends NodeException {

    private static final long serialVersionUID = 1L;

    private final boolean refused;

    /**
     * @param refused the address answered that nothing listens there
     */
    Unreachable(String message, boolean refused, @Nullable Throwable cause) {
      super(message, cause);
      this.refused = refused;
    }

    boolean refused() {
      return refused;
    }
  }

  /** The node answered with an error. */
  static final class Refused extends NodeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;

    /**
     * @param code of the error body, or {@code http_<status>} where there was none
     */
    Refused(int status, String code, String message) {
      super(message);
      this.status = status;
      this.code = code;
    }

    int status() {
      return status;
    }

    String code() {
      return code;
    }
  }
}

package dev.kintsugi.node.http;

import dev.kintsugi.protocol.error.ErrorCode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A request is refused; becomes an error body and, where set, {@code Retry-After}. */
final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final @Nullable String param;
  private final transient @Nullable Duration retryAfter;

  ApiException(ErrorCode code, String message, @Nullable String param) {
    this(code, message, param, null);
  }

  ApiException(
      ErrorCode code, String message, @Nullable String param, @Nullable Duration retryAfter) {
    super(message, null, false, false);
    this.code = code;
    this.param = param;
    this.retryAfter = retryAfter;
  }

  ErrorCode code() {
    return code;
  }

  @Nullable String param() {
    return param;
  }

  @Nullable Duration retryAfter() {
    return retryAfter;
  }
}

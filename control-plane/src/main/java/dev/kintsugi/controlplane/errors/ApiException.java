package dev.kintsugi.controlplane.errors;

import dev.kintsugi.protocol.error.ErrorBody;
import dev.kintsugi.protocol.error.ErrorCode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A request that is refused, with everything its answer needs. Carries no stack trace. */
public final class ApiException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final @Nullable String param;
  private final @Nullable Duration retryAfter;

  private ApiException(
      ErrorCode code, String message, @Nullable String param, @Nullable Duration retryAfter) {
    super(message, null, false, false);
    this.code = code;
    this.param = param;
    this.retryAfter = retryAfter;
  }

  public static ApiException of(ErrorCode code, String message) {
    return new ApiException(code, message, null, null);
  }

  /**
   * @param param the offending field
   */
  public static ApiException of(ErrorCode code, String message, String param) {
    return new ApiException(code, message, param, null);
  }

  /**
   * @param retryAfter when the same request may succeed
   */
  public static ApiException retryable(ErrorCode code, String message, Duration retryAfter) {
    return new ApiException(code, message, null, retryAfter);
  }

  public ErrorCode code() {
    return code;
  }

  public @Nullable Duration retryAfter() {
    return retryAfter;
  }

  public ErrorBody body() {
    return ErrorBody.of(code, getMessage() == null ? code.wireName() : getMessage(), param);
  }
}

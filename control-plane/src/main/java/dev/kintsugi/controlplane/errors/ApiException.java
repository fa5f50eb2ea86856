package dev.kintsugi.controlplane.errors;

import dev.kintsugi.protocol.error.ErrorBody;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.screening.PromptReason;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request that is refused, with everything its answer needs. Carries no stack trace. */
public final class ApiException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final @Nullable String param;
  private final @Nullable Duration retryAfter;
  private final transient @Nullable ErrorBody body;

  private ApiException(
      ErrorCode code,
      String message,
      @Nullable String param,
      @Nullable Duration retryAfter,
      @Nullable ErrorBody body) {
    super(message, null, false, false);
    this.code = code;
    this.param = param;
    this.retryAfter = retryAfter;
    this.body = body;
  }

  private ApiException(
      ErrorCode code, String message, @Nullable String param, @Nullable Duration retryAfter) {
    this(code, message, param, retryAfter, null);
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

  /**
   * A prompt that is not taken.
   *
   * @param message why, in sentences
   * @param suggestedPrompt a wording that passes; null where there is none
   */
  public static ApiException promptRejected(
      String message, List<PromptReason> reasons, @Nullable String suggestedPrompt) {
    return new ApiException(
        ErrorCode.PROMPT_REJECTED,
        message,
        "prompt",
        null,
        ErrorBody.ofPrompt(message, reasons, suggestedPrompt));
  }

  public ErrorCode code() {
    return code;
  }

  public @Nullable Duration retryAfter() {
    return retryAfter;
  }

  public ErrorBody body() {
    return body != null
        ? body
        : ErrorBody.of(code, getMessage() == null ? code.wireName() : getMessage(), param);
  }
}

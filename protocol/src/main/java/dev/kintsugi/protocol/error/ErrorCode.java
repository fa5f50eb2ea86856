package dev.kintsugi.protocol.error;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/**
 * Machine-readable cause of a refused request or a failed job, with the HTTP status it is answered
 * with.
 */
public enum ErrorCode {
  INVALID_REQUEST(400),
  MISSING_REQUIRED_PARAMETER(400),
  INVALID_VALUE(400),
  UNSUPPORTED_PARAMETER(400),
  PROMPT_TOO_LONG(400),
  PROMPT_REJECTED(400),
  INVALID_SIZE(400),
  WEBHOOK_TARGET_REFUSED(400),
  INVALID_API_KEY(401),
  FORBIDDEN(403),
  NOT_FOUND(404),
  VIDEO_NOT_FOUND(404),
  MODEL_NOT_FOUND(404),
  METHOD_NOT_ALLOWED(405),
  NOT_ACCEPTABLE(406),
  NOT_READY(409),
  NOT_REPLAYABLE(409),
  IDEMPOTENCY_KEY_REUSED(409),
  CHECKPOINT_REFUSED(409),
  STALE_GENERATION(409),
  CONFLICT(409),
  ARTIFACT_EXPIRED(410),
  REQUEST_TOO_LARGE(413),
  UNSUPPORTED_MEDIA_TYPE(415),
  RANGE_NOT_SATISFIABLE(416),
  RATE_LIMIT_EXCEEDED(429),
  QUOTA_EXCEEDED(429),
  CANCELLED(499),
  INTERNAL_ERROR(500),
  QUEUE_FULL(503),
  DEADLINE_UNATTAINABLE(503),
  NO_FREE_SLOT(503),
  DRAINING(503),
  UNAVAILABLE(503),
  DEADLINE_EXCEEDED(504),
  REVIEW_EXPIRED(504),
  GENERATION_FAILED(500);

  private final int status;

  ErrorCode(int status) {
    this.status = status;
  }

  /** HTTP status this code is answered with. */
  public int status() {
    return status;
  }

  /** The lower-case name seen on the wire. */
  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The {@code type} field of an error body: the OpenAI family this code belongs to. */
  public String type() {
    return switch (status) {
      case 401 -> "authentication_error";
      case 403 -> "permission_error";
      case 429 -> "rate_limit_error";
      default -> status >= 500 ? "server_error" : "invalid_request_error";
    };
  }
}

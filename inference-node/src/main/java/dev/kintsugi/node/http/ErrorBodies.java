package dev.kintsugi.node.http;

import dev.kintsugi.protocol.error.ErrorBody;
import dev.kintsugi.protocol.error.ErrorCode;
import io.micronaut.context.annotation.Replaces;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.server.exceptions.ExceptionHandler;
import io.micronaut.http.server.exceptions.response.ErrorContext;
import io.micronaut.http.server.exceptions.response.ErrorResponseProcessor;
import io.micronaut.http.server.exceptions.response.HateoasErrorResponseProcessor;
import jakarta.inject.Singleton;
import java.time.Duration;

/** Every refusal has the one error body of the API, also those the framework makes. */
@Singleton
@Replaces(HateoasErrorResponseProcessor.class)
final class ErrorBodies implements ErrorResponseProcessor<ErrorBody> {

  @Override
  public MutableHttpResponse<ErrorBody> processResponse(
      ErrorContext context, MutableHttpResponse<?> response) {
    ErrorCode code = code(response.code());
    String message =
        code == ErrorCode.INTERNAL_ERROR
            ? "the node failed to answer; its log says why"
            : context.getErrors().isEmpty()
                ? response.reason()
                : context.getErrors().getFirst().getMessage();
    return response
        .body(ErrorBody.of(code, message, null))
        .contentType(MediaType.APPLICATION_JSON_TYPE);
  }

  private static ErrorCode code(int status) {
    return switch (status) {
      case 404 -> ErrorCode.NOT_FOUND;
      case 405 -> ErrorCode.METHOD_NOT_ALLOWED;
      case 406 -> ErrorCode.NOT_ACCEPTABLE;
      case 413 -> ErrorCode.REQUEST_TOO_LARGE;
      case 415 -> ErrorCode.UNSUPPORTED_MEDIA_TYPE;
      case 416 -> ErrorCode.RANGE_NOT_SATISFIABLE;
      case 503 -> ErrorCode.UNAVAILABLE;
      default -> status >= 500 ? ErrorCode.INTERNAL_ERROR : ErrorCode.INVALID_REQUEST;
    };
  }

  /** Our own refusals. */
  @Singleton
  static final class Handler implements ExceptionHandler<ApiException, HttpResponse<?>> {

    @Override
    public HttpResponse<?> handle(HttpRequest request, ApiException e) {
      MutableHttpResponse<ErrorBody> response =
          HttpResponse.<ErrorBody>status(e.code().status(), e.code().wireName())
              .body(ErrorBody.of(e.code(), String.valueOf(e.getMessage()), e.param()))
              .contentType(MediaType.APPLICATION_JSON_TYPE);
      Duration retryAfter = e.retryAfter();
      if (retryAfter != null) {
        response.header(HttpHeaders.RETRY_AFTER, Long.toString(retryAfter.toSeconds()));
      }
      return response;
    }
  }
}

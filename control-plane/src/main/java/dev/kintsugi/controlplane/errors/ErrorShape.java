package dev.kintsugi.controlplane.errors;

import dev.kintsugi.protocol.error.ErrorBody;
import dev.kintsugi.protocol.error.ErrorCode;
import io.micronaut.context.annotation.Replaces;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.server.exceptions.response.ErrorContext;
import io.micronaut.http.server.exceptions.response.ErrorResponseProcessor;
import io.micronaut.http.server.exceptions.response.HateoasErrorResponseProcessor;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;

/**
 * Gives whatever the HTTP server itself refuses (no route, wrong method, unreadable body, a defect
 * of ours) the same body as every other refusal. Defects keep their cause to the log.
 */
@Singleton
@Replaces(HateoasErrorResponseProcessor.class)
final class ErrorShape implements ErrorResponseProcessor<ErrorBody> {

  private static final int LONGEST = 300;

  @Override
  public MutableHttpResponse<ErrorBody> processResponse(
      ErrorContext context, MutableHttpResponse<?> base) {
    ErrorCode code = code(base.code());
    ErrorBody body =
        Optional.of(code)
            .filter(ErrorCode.INVALID_REQUEST::equals)
            .flatMap(refused -> context.getRootCause())
            .flatMap(BodyFault::of)
            .orElseGet(() -> ErrorBody.of(code, message(code, context), null));
    return HttpResponse.<ErrorBody>status(base.status())
        .headers(headers -> base.getHeaders().forEach((n, v) -> v.forEach(x -> headers.add(n, x))))
        .body(body)
        .contentType(MediaType.APPLICATION_JSON_TYPE);
  }

  private static ErrorCode code(int status) {
    return switch (status) {
      case 401 -> ErrorCode.INVALID_API_KEY;
      case 403 -> ErrorCode.FORBIDDEN;
      case 404 -> ErrorCode.NOT_FOUND;
      case 405 -> ErrorCode.METHOD_NOT_ALLOWED;
      case 406 -> ErrorCode.NOT_ACCEPTABLE;
      case 413 -> ErrorCode.REQUEST_TOO_LARGE;
      case 415 -> ErrorCode.UNSUPPORTED_MEDIA_TYPE;
      case 503 -> ErrorCode.UNAVAILABLE;
      default -> status >= 500 ? ErrorCode.INTERNAL_ERROR : ErrorCode.INVALID_REQUEST;
    };
  }

  private static String message(ErrorCode code, ErrorContext context) {
    HttpRequest<?> request = context.getRequest();
    String call = request.getMethodName() + " " + shorten(request.getPath());
    return switch (code) {
      case NOT_FOUND -> "There is no such route: " + call + ".";
      case METHOD_NOT_ALLOWED -> "Method not allowed: " + call + ".";
      case NOT_ACCEPTABLE -> "Nothing that the Accept header allows can be sent: " + call + ".";
      case UNSUPPORTED_MEDIA_TYPE ->
          "Unsupported Content-Type; send application/json or multipart/form-data.";
      case REQUEST_TOO_LARGE -> "The request body is too large.";
      case INTERNAL_ERROR -> "An internal error happened; it was logged under this request's id.";
      default -> detail(context.getErrors());
    };
  }

  private static String detail(List<io.micronaut.http.server.exceptions.response.Error> errors) {
    return errors.isEmpty()
        ? "The request could not be understood."
        : shorten(errors.getFirst().getMessage());
  }

  private static String shorten(String text) {
    return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
  }
}

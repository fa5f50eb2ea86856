package dev.kintsugi.controlplane.errors;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.protocol.error.ErrorCode;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.server.exceptions.ExceptionHandler;
import jakarta.inject.Singleton;
import java.time.Duration;

/** The database is away for a moment: the client should ask again. */
@Singleton
final class DatabaseUnavailableHandler
    implements ExceptionHandler<DatabaseUnavailableException, HttpResponse<?>> {

  private final ErrorResponses responses;

  DatabaseUnavailableHandler(ErrorResponses responses) {
    this.responses = responses;
  }

  @Override
  public HttpResponse<?> handle(HttpRequest request, DatabaseUnavailableException away) {
    return responses.of(
        ApiException.retryable(
            ErrorCode.UNAVAILABLE,
            "The database is not reachable at the moment. Nothing was lost; try again.",
            Duration.ofSeconds(1)));
  }
}

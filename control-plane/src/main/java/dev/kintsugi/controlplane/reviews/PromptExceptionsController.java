package dev.kintsugi.controlplane.reviews;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.errors.Storable;
import dev.kintsugi.controlplane.tenants.Operator;
import dev.kintsugi.protocol.error.ErrorBody;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.screening.PromptException;
import dev.kintsugi.protocol.screening.PromptExceptionList;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Clock;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Shows prompts that are not held again, and takes that back. */
@Tag(name = "operations")
@SecurityRequirement(name = "operator-key")
@ApiResponse(
    responseCode = "401",
    description = "invalid_api_key: none, unknown or revoked.",
    content = @Content(schema = @Schema(implementation = ErrorBody.class)))
@ApiResponse(
    responseCode = "403",
    description = "forbidden: the key is for the other API.",
    content = @Content(schema = @Schema(implementation = ErrorBody.class)))
@ApiResponse(
    responseCode = "503",
    description = "unavailable: with Retry-After.",
    content = @Content(schema = @Schema(implementation = ErrorBody.class)))
@Controller("/ops/v1/prompt-exceptions")
@ExecuteOn(TaskExecutors.BLOCKING)
final class PromptExceptionsController {

  private final ExceptionStore store;
  private final Clock clock;

  PromptExceptionsController(ExceptionStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  @Operation(operationId = "listPromptExceptions", summary = "Exceptions in force, newest first.")
  @ApiResponse(
      responseCode = "400",
      description = "invalid_value: service.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Get
  PromptExceptionList list(@QueryValue @Nullable String service) {
    String only = service == null ? null : Storable.text(service, "service");
    return new PromptExceptionList("list", store.list(only).stream().map(ReviewViews::of).toList());
  }

  @Operation(
      operationId = "revokePromptException",
      summary = "Has the prompt held again; the record stays.")
  @ApiResponse(
      responseCode = "404",
      description = "not_found.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "409",
      description = "conflict: it was revoked already.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Delete("/{exception_id}")
  PromptException revoke(HttpRequest<?> request, String exception_id) {
    long number = ReviewViews.exceptionNumber(exception_id);
    return store
        .revoke(number, Operator.of(request).keyId(), clock.instant())
        .map(ReviewViews::of)
        .orElseThrow(() -> refused(store.find(number)));
  }

  private static ApiException refused(Optional<ExceptionStore.StoredException> found) {
    return found
        .map(
            revoked ->
                ApiException.of(
                    ErrorCode.CONFLICT,
                    "exception_%d was revoked by %s at %s."
                        .formatted(revoked.id(), revoked.revokedBy(), revoked.revokedAt()),
                    "exception_id"))
        .orElseGet(
            () ->
                ApiException.of(
                    ErrorCode.NOT_FOUND, "There is no exception of this id.", "exception_id"));
  }
}

package dev.kintsugi.controlplane.tenants;

import dev.kintsugi.controlplane.errors.Strict;
import dev.kintsugi.protocol.error.ErrorBody;
import dev.kintsugi.protocol.tenant.TenantDataDeleted;
import io.micronaut.core.annotation.Introspected;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What operators do with tenants. */
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
@Controller("/ops/v1/tenants")
@ExecuteOn(TaskExecutors.BLOCKING)
final class TenantsController {

  private final TenantErasures erasures;

  TenantsController(TenantErasures erasures) {
    this.erasures = erasures;
  }

  /**
   * That it is meant.
   *
   * @param confirm the tenant's name once more
   * @param cancel whether jobs that have not ended are cancelled; default false
   * @param note why, at most 2,000 characters
   */
  @Introspected
  @Strict
  record Erase(@Nullable String confirm, @Nullable Boolean cancel, @Nullable String note) {}

  @Operation(
      operationId = "deleteTenantData",
      summary =
          "Removes videos, prompts and whatever else a tenant's customers wrote. Counts, costs and"
              + " keys stay.")
  @ApiResponse(
      responseCode = "400",
      description = "invalid_value or missing_required_parameter: confirm or note.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "404",
      description = "not_found.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "409",
      description = "not_ready: videos are queued or running.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Delete("/{name}/data")
  TenantDataDeleted delete(HttpRequest<?> request, String name, @Body Erase asked) {
    String note = OperatorNote.checked(asked.note()).orElse(null);
    return erasures.erase(
        name,
        asked.confirm(),
        Boolean.TRUE.equals(asked.cancel()),
        Operator.of(request).keyId(),
        note);
  }
}

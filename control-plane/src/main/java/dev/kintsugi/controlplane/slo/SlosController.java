package dev.kintsugi.controlplane.slo;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.core.slo.Grain;
import dev.kintsugi.protocol.error.ErrorBody;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.slo.CostList;
import dev.kintsugi.protocol.slo.Slo;
import dev.kintsugi.protocol.slo.SloList;
import io.micronaut.http.annotation.Controller;
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
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Objectives, budgets and costs for operators. */
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
@Controller("/ops/v1")
@ExecuteOn(TaskExecutors.BLOCKING)
final class SlosController {

  private static final int LONGEST_HOURS = 2160;
  private static final int PARTS = 1_000;

  private final Reports reports;
  private final CostStore costs;
  private final Clock clock;

  SlosController(Reports reports, CostStore costs, Clock clock) {
    this.reports = reports;
    this.costs = costs;
    this.clock = clock;
  }

  @Operation(operationId = "listSlos", summary = "Every objective, its budget and burn rates.")
  @Get("/slos")
  SloList list() {
    return new SloList("list", reports.all());
  }

  @Operation(
      operationId = "retrieveSlo",
      summary = "One objective by revision, pool and tenant, with its budget's past.")
  @ApiResponse(
      responseCode = "400",
      description = "invalid_value: hours must be 1 to 2160.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "404",
      description = "not_found.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Get("/slos/{namespace}/{name}")
  Slo get(String namespace, String name, @QueryValue(defaultValue = "168") int hours) {
    return reports.one(namespace, name, hours(hours));
  }

  @Operation(
      operationId = "listCosts",
      summary = "GPU time and money by service, tenant, revision and pool.")
  @ApiResponse(
      responseCode = "400",
      description = "invalid_value: hours must be 1 to 2160.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Get("/costs")
  CostList costs(@QueryValue @Nullable String service, @QueryValue(defaultValue = "24") int hours) {
    Instant from = Grain.HOUR.floor(clock.instant().minus(hours(hours)));
    return new CostList(
        "list",
        from.toString(),
        costs.parts(from, service, PARTS).stream().map(SloViews::cost).toList());
  }

  private static Duration hours(int hours) {
    if (hours < 1 || hours > LONGEST_HOURS) {
      throw ApiException.of(
          ErrorCode.INVALID_VALUE, "hours must be 1 to " + LONGEST_HOURS + ".", "hours");
    }
    return Duration.ofHours(hours);
  }
}

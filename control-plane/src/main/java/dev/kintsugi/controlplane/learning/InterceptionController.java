package dev.kintsugi.controlplane.learning;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.core.slo.Grain;
import dev.kintsugi.protocol.error.ErrorBody;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.screening.PromptInterceptionList;
import dev.kintsugi.protocol.screening.PromptInterceptionList.OfService;
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
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Failures that learned rules kept from a GPU, and what it cost in good prompts. */
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
@Controller("/ops/v1/interception")
@ExecuteOn(TaskExecutors.BLOCKING)
final class InterceptionController {

  private static final int LONGEST_HOURS = 2160;

  private final Interceptions interceptions;
  private final Clock clock;

  InterceptionController(Interceptions interceptions, Clock clock) {
    this.interceptions = interceptions;
    this.clock = clock;
  }

  @Operation(
      operationId = "listInterceptions",
      summary = "Failures kept from a GPU and good prompts stopped, with intervals, by service.")
  @ApiResponse(
      responseCode = "400",
      description = "invalid_value: hours must be 1 to 2160.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Get
  PromptInterceptionList list(
      @QueryValue @Nullable String service, @QueryValue(defaultValue = "720") int hours) {
    if (hours < 1 || hours > LONGEST_HOURS) {
      throw ApiException.of(
          ErrorCode.INVALID_VALUE, "hours must be 1 to " + LONGEST_HOURS + ".", "hours");
    }
    Instant from = Grain.HOUR.floor(clock.instant().minus(Duration.ofHours(hours)));
    return new PromptInterceptionList(
        "list",
        from.toString(),
        interceptions.byService(from).entrySet().stream()
            .filter(entry -> service == null || entry.getKey().equals(service))
            .sorted(Map.Entry.comparingByKey())
            .map(entry -> new OfService(entry.getKey(), Interceptions.view(entry.getValue())))
            .toList());
  }
}

package dev.kintsugi.controlplane.videos;

import dev.kintsugi.controlplane.tenants.Tenant;
import dev.kintsugi.protocol.error.ErrorBody;
import dev.kintsugi.protocol.screening.PromptScreening;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import io.swagger.v3.oas.annotations.tags.Tag;

/** Says what would become of a prompt. */
@Tag(name = "prompts")
@SecurityRequirement(name = "api-key")
@Controller("/v1/prompts")
@ExecuteOn(TaskExecutors.BLOCKING)
final class PromptsController {

  private final Submissions submissions;

  PromptsController(Submissions submissions) {
    this.submissions = submissions;
  }

  @Operation(
      operationId = "screenPrompt",
      summary = "Screens the prompt of a submission without submitting it.")
  @ApiResponse(
      responseCode = "400",
      description = "What is wrong with the request; param names the first field.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "401",
      description = "invalid_api_key: none, unknown or revoked.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "403",
      description = "forbidden: the key is for the other API.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "429",
      description = "rate_limit_exceeded: with Retry-After.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "503",
      description = "unavailable: with Retry-After.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = CreateVideoRequest.class)))
  @Post(value = "/screen", consumes = MediaType.APPLICATION_JSON)
  PromptScreening screen(
      HttpRequest<?> request, @Body @io.micronaut.core.annotation.Nullable byte[] body) {
    return submissions.screen(Tenant.of(request), RequestFields.json(body));
  }
}

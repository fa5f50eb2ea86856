package dev.kintsugi.controlplane.videos;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.tenants.Tenant;
import dev.kintsugi.controlplane.tracing.JobRequests;
import dev.kintsugi.protocol.error.ErrorBody;
import dev.kintsugi.protocol.error.ErrorCode;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
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
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Download. */
@Tag(name = "videos")
@SecurityRequirement(name = "api-key")
@Controller("/v1/videos")
@ExecuteOn(TaskExecutors.BLOCKING)
final class ContentController {

  private static final List<String> VARIANTS = List.of("video", "thumbnail", "spritesheet");

  private final Jobs jobs;
  private final Contents contents;

  ContentController(Jobs jobs, Contents contents) {
    this.jobs = jobs;
    this.contents = contents;
  }

  @Operation(
      operationId = "downloadVideoContent",
      summary = "The file; Range, If-Range and If-None-Match are honoured.")
  @ApiResponse(
      responseCode = "400",
      description = "invalid_value: variant.",
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
      responseCode = "404",
      description = "video_not_found, not_found: no such variant.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "409",
      description = "not_ready: no content yet.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "410",
      description = "artifact_expired.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "416",
      description = "range_not_satisfiable.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "503",
      description = "unavailable: with Retry-After.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "200",
      description = "variant is video (MP4), thumbnail or spritesheet.",
      content =
          @Content(mediaType = "video/mp4", schema = @Schema(type = "string", format = "binary")))
  @Get(value = "/{video_id}/content", produces = "*/*")
  HttpResponse<?> content(
      HttpRequest<?> request, String video_id, @QueryValue @Nullable String variant) {
    String chosen = variant == null ? "video" : variant;
    if (!VARIANTS.contains(chosen)) {
      throw ApiException.of(
          ErrorCode.INVALID_VALUE,
          "'variant' must be one of " + String.join(", ", VARIANTS) + ".",
          "variant");
    }
    Job job = JobRequests.partOf(jobs.require(Tenant.of(request), video_id), request);
    return contents.answer(job, chosen, request);
  }
}

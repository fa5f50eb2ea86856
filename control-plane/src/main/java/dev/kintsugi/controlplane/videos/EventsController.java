package dev.kintsugi.controlplane.videos;

import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.tenants.Tenant;
import dev.kintsugi.protocol.error.ErrorBody;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Header;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/** Progress as server-sent events. */
@Tag(name = "videos")
@SecurityRequirement(name = "api-key")
@Controller("/v1/videos")
final class EventsController {

  private final Jobs jobs;
  private final EventStreams streams;

  EventsController(Jobs jobs, EventStreams streams) {
    this.jobs = jobs;
    this.streams = streams;
  }

  @Operation(
      operationId = "streamVideoEvents",
      summary = "Progress as server-sent events, resumed by Last-Event-ID; ends with the video.")
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
      description = "video_not_found.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "503",
      description = "unavailable: with Retry-After.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "200",
      description = "Event names are phases; data is a progress record.",
      content =
          @Content(
              mediaType = MediaType.TEXT_EVENT_STREAM,
              schema = @Schema(implementation = VideoEvent.class)))
  @Get(value = "/{video_id}/events", produces = "*/*")
  @ExecuteOn(TaskExecutors.BLOCKING)
  HttpResponse<Publisher<byte[]>> events(
      HttpRequest<?> request,
      String video_id,
      @Header("Last-Event-ID") @Nullable String lastEventId) {
    Job job = jobs.require(Tenant.of(request), video_id);
    return HttpResponse.<Publisher<byte[]>>ok(streams.follow(job, sequence(lastEventId)))
        .header("Content-Type", MediaType.TEXT_EVENT_STREAM)
        .header("Cache-Control", "no-cache")
        .header("X-Accel-Buffering", "no");
  }

  /** Whatever is not one of our ids starts from the beginning: nothing is missed. */
  private static long sequence(@Nullable String lastEventId) {
    return lastEventId != null && lastEventId.matches("[0-9]{1,18}")
        ? Long.parseLong(lastEventId)
        : 0;
  }
}

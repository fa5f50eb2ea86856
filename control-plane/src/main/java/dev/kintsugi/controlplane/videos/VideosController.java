package dev.kintsugi.controlplane.videos;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.paging.Page;
import dev.kintsugi.controlplane.queue.Deletion;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.JobPage;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.tenants.Tenant;
import dev.kintsugi.controlplane.view.VideoView;
import dev.kintsugi.protocol.error.ErrorBody;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.video.Video;
import dev.kintsugi.protocol.video.VideoDeleted;
import dev.kintsugi.protocol.video.VideoList;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
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
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Query, cancel and delete. */
@Tag(name = "videos")
@SecurityRequirement(name = "api-key")
@Controller("/v1/videos")
@ExecuteOn(TaskExecutors.BLOCKING)
final class VideosController {

  private final JobQueue queue;
  private final Jobs jobs;
  private final VideoView view;
  private final PollHeader poll;
  private final VideoDeletion deletion;
  private final Clock clock;

  VideosController(
      JobQueue queue,
      Jobs jobs,
      VideoView view,
      PollHeader poll,
      VideoDeletion deletion,
      Clock clock) {
    this.queue = queue;
    this.jobs = jobs;
    this.view = view;
    this.poll = poll;
    this.deletion = deletion;
    this.clock = clock;
  }

  @Operation(operationId = "retrieveVideo", summary = "One video.")
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
  @Get("/{video_id}")
  HttpResponse<Video> retrieve(HttpRequest<?> request, String video_id) {
    Job job = jobs.require(Tenant.of(request), video_id);
    return poll.respond(job, view.of(job));
  }

  @Operation(operationId = "listVideos", summary = "The caller's videos, newest first.")
  @ApiResponse(
      responseCode = "400",
      description = "invalid_value: limit, after or order.",
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
      responseCode = "503",
      description = "unavailable: with Retry-After.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Get
  VideoList list(
      HttpRequest<?> request,
      @QueryValue @Nullable String limit,
      @QueryValue @Nullable String after,
      @QueryValue @Nullable String order) {
    Page asked = Page.newestFirst(limit, after, order);
    if (after != null && !Jobs.wellFormed(after)) {
      throw unknownAfter();
    }
    JobPage page =
        queue
            .list(Tenant.of(request).name(), after, Math.max(1, asked.limit()), asked.ascending())
            .orElseThrow(VideosController::unknownAfter);
    if (asked.limit() == 0) {
      return new VideoList("list", List.of(), null, null, !page.jobs().isEmpty());
    }
    List<Video> videos = page.jobs().stream().map(view::of).toList();
    return new VideoList(
        "list",
        videos,
        videos.isEmpty() ? null : videos.getFirst().id(),
        videos.isEmpty() ? null : videos.getLast().id(),
        page.hasMore());
  }

  @Operation(
      operationId = "cancelVideo",
      summary = "Ends a queued or running video as failed, code cancelled.")
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
  @Post(value = "/{video_id}/cancel", consumes = "*/*")
  HttpResponse<Video> cancel(HttpRequest<?> request, String video_id) {
    Job job = jobs.require(Tenant.of(request), video_id);
    Job cancelled =
        queue
            .cancel(job.tenant(), job.id(), clock.instant())
            .orElseThrow(() -> Jobs.missing(video_id));
    return poll.respond(cancelled, view.of(cancelled));
  }

  @Operation(operationId = "deleteVideo", summary = "Deletes an ended video and its files.")
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
      responseCode = "409",
      description = "not_ready: it is queued or running.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "503",
      description = "unavailable: with Retry-After.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Delete("/{video_id}")
  VideoDeleted delete(HttpRequest<?> request, String video_id) {
    Job job = jobs.require(Tenant.of(request), video_id);
    return switch (deletion.delete(job)) {
      case Deletion.Deleted(Job deleted) -> VideoDeleted.of(deleted.id());
      case Deletion.NotFound() -> throw Jobs.missing(video_id);
      case Deletion.StillRunning(Job running) ->
          throw ApiException.of(
              ErrorCode.NOT_READY,
              "The video is "
                  + running.status().wireName()
                  + "; cancel it before deleting it: POST /v1/videos/"
                  + running.id()
                  + "/cancel.",
              "video_id");
    };
  }

  private static ApiException unknownAfter() {
    return ApiException.of(
        ErrorCode.INVALID_VALUE, "'after' must be the id of one of your videos.", "after");
  }
}

package dev.kintsugi.controlplane.videos;

import dev.kintsugi.controlplane.observability.Trace;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.tenants.Tenant;
import dev.kintsugi.controlplane.tracing.JobRequests;
import dev.kintsugi.controlplane.view.VideoView;
import dev.kintsugi.protocol.error.ErrorBody;
import dev.kintsugi.protocol.video.Video;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.multipart.CompletedPart;
import io.micronaut.http.server.multipart.MultipartBody;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Hidden;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.inject.Named;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Submission, as JSON or as a form: the OpenAI clients always send a form. */
@Tag(name = "videos")
@SecurityRequirement(name = "api-key")
@Controller("/v1/videos")
final class SubmitController {

  private final Submissions submissions;
  private final SyncWait sync;
  private final VideoView view;
  private final PollHeader poll;
  private final Scheduler blocking;

  SubmitController(
      Submissions submissions,
      SyncWait sync,
      VideoView view,
      PollHeader poll,
      @Named(TaskExecutors.BLOCKING) ExecutorService blocking) {
    this.submissions = submissions;
    this.sync = sync;
    this.view = view;
    this.poll = poll;
    this.blocking = Schedulers.fromExecutorService(blocking);
  }

  @Operation(operationId = "createVideo", summary = "Submits a video; answers at once.")
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
      responseCode = "404",
      description = "model_not_found.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "409",
      description = "idempotency_key_reused.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "413",
      description = "request_too_large.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "415",
      description = "unsupported_media_type.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "429",
      description = "rate_limit_exceeded or quota_exceeded: with Retry-After.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "503",
      description = "unavailable: with Retry-After.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @RequestBody(
      required = true,
      content = {
        @Content(
            mediaType = MediaType.APPLICATION_JSON,
            schema = @Schema(implementation = CreateVideoRequest.class)),
        @Content(
            mediaType = MediaType.MULTIPART_FORM_DATA,
            schema = @Schema(implementation = CreateVideoRequest.class))
      })
  @Post(consumes = MediaType.APPLICATION_JSON)
  @ExecuteOn(TaskExecutors.BLOCKING)
  HttpResponse<Video> create(
      HttpRequest<?> request, @Body @io.micronaut.core.annotation.Nullable byte[] body) {
    return accepted(request, RequestFields.json(body));
  }

  @Hidden
  @Post(consumes = MediaType.MULTIPART_FORM_DATA)
  Publisher<HttpResponse<Video>> createForm(HttpRequest<?> request, @Body MultipartBody form) {
    return parts(form).map(parts -> accepted(request, RequestFields.multipart(parts)));
  }

  @Operation(
      operationId = "createVideoSync",
      summary = "Submits a small video and answers with the MP4 once it is done.")
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
      responseCode = "404",
      description = "model_not_found.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "409",
      description = "idempotency_key_reused.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "413",
      description = "request_too_large.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "415",
      description = "unsupported_media_type.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "429",
      description = "rate_limit_exceeded or quota_exceeded: with Retry-After.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "499",
      description = "cancelled.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "500",
      description = "generation_failed.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "503",
      description = "unavailable: with Retry-After.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "504",
      description = "deadline_exceeded.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @RequestBody(
      required = true,
      content = {
        @Content(
            mediaType = MediaType.APPLICATION_JSON,
            schema = @Schema(implementation = CreateVideoRequest.class)),
        @Content(
            mediaType = MediaType.MULTIPART_FORM_DATA,
            schema = @Schema(implementation = CreateVideoRequest.class))
      })
  @Post(value = "/sync", consumes = MediaType.APPLICATION_JSON, produces = "*/*")
  @ExecuteOn(TaskExecutors.BLOCKING)
  HttpResponse<?> createSync(
      HttpRequest<?> request, @Body @io.micronaut.core.annotation.Nullable byte[] body) {
    return sync.await(request, submit(request, RequestFields.json(body)));
  }

  @Hidden
  @Post(value = "/sync", consumes = MediaType.MULTIPART_FORM_DATA, produces = "*/*")
  Publisher<HttpResponse<?>> createSyncForm(HttpRequest<?> request, @Body MultipartBody form) {
    return parts(form)
        .map(parts -> sync.await(request, submit(request, RequestFields.multipart(parts))));
  }

  private HttpResponse<Video> accepted(
      HttpRequest<?> request, Map<String, @Nullable Object> fields) {
    Job job = submit(request, fields);
    return poll.respond(job, view.of(job));
  }

  private Job submit(HttpRequest<?> request, Map<String, @Nullable Object> fields) {
    Submissions.Incoming incoming =
        new Submissions.Incoming(
            Tenant.of(request),
            fields,
            request.getHeaders().get("Idempotency-Key"),
            Trace.of(request).traceId());
    return JobRequests.partOf(submissions.submit(incoming), request);
  }

  /** Parts arrive on the event loop, which must not block; the submission does. */
  private Mono<List<CompletedPart>> parts(MultipartBody form) {
    return Flux.from(form).collectList().publishOn(blocking);
  }
}

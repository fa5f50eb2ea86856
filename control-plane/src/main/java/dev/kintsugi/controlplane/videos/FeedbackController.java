package dev.kintsugi.controlplane.videos;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.feedback.Feedback;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.tenants.Tenant;
import dev.kintsugi.protocol.error.ErrorBody;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.video.VideoFeedback;
import dev.kintsugi.protocol.video.VideoStatus;
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
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes ratings. */
@Tag(name = "videos")
@SecurityRequirement(name = "api-key")
@Controller("/v1/videos")
@ExecuteOn(TaskExecutors.BLOCKING)
final class FeedbackController {

  private static final int WORST = 1;
  private static final int BEST = 5;
  private static final int LONGEST_COMMENT = 2_000;

  private final Jobs jobs;
  private final Feedback feedback;

  FeedbackController(Jobs jobs, Feedback feedback) {
    this.jobs = jobs;
    this.feedback = feedback;
  }

  /** Documents the body. */
  @Schema(description = "What you think of a video.")
  record FeedbackRequest(
      @JsonProperty("rating")
          @Schema(
              description = "More is better.",
              requiredMode = Schema.RequiredMode.REQUIRED,
              minimum = "1",
              maximum = "5")
          int rating,
      @JsonProperty("comment") @Schema(maxLength = LONGEST_COMMENT) @Nullable String comment) {}

  @Operation(
      operationId = "rateVideo",
      summary = "Rates a completed video; a later rating replaces the earlier one.")
  @ApiResponse(
      responseCode = "400",
      description = "invalid_request, missing_required_parameter or invalid_value.",
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
      description = "video_not_found.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "409",
      description = "not_ready: there is no video to rate.",
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
              schema = @Schema(implementation = FeedbackRequest.class)))
  @Post(value = "/{video_id}/feedback", consumes = MediaType.APPLICATION_JSON)
  VideoFeedback rate(
      HttpRequest<?> request,
      String video_id,
      @Body @io.micronaut.core.annotation.Nullable byte[] body) {
    Job job = jobs.require(Tenant.of(request), video_id);
    Map<String, @Nullable Object> fields = RequestFields.json(body);
    int rating = rating(fields.get("rating"));
    String comment = comment(fields.get("comment"));
    if (job.status() != VideoStatus.COMPLETED) {
      throw ApiException.of(
          ErrorCode.NOT_READY,
          "The video is " + job.status().wireName() + "; only a completed one can be rated.",
          "video_id");
    }
    return new VideoFeedback(
        job.id(),
        "video.feedback",
        rating,
        comment,
        feedback.keep(job, rating, comment).getEpochSecond());
  }

  private static int rating(@Nullable Object value) {
    if (value == null) {
      throw ApiException.of(
          ErrorCode.MISSING_REQUIRED_PARAMETER, "'rating' is required.", "rating");
    }
    if (value instanceof Integer rating && rating >= WORST && rating <= BEST) {
      return rating;
    }
    throw ApiException.of(
        ErrorCode.INVALID_VALUE,
        "'rating' must be a whole number from %d to %d.".formatted(WORST, BEST),
        "rating");
  }

  private static @Nullable String comment(@Nullable Object value) {
    if (value == null) {
      return null;
    }
    if (value instanceof String text && text.length() <= LONGEST_COMMENT) {
      return text.replace("\0", "");
    }
    throw ApiException.of(
        ErrorCode.INVALID_VALUE,
        "'comment' must be text of at most " + LONGEST_COMMENT + " characters.",
        "comment");
  }
}

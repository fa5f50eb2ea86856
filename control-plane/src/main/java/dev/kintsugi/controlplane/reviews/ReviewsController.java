package dev.kintsugi.controlplane.reviews;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.errors.Strict;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.tenants.Operator;
import dev.kintsugi.controlplane.tenants.OperatorNote;
import dev.kintsugi.protocol.error.ErrorBody;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.screening.PromptReview;
import dev.kintsugi.protocol.screening.PromptReviewList;
import io.micronaut.core.annotation.Introspected;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.RequestBean;
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

/** The review queue: prompts that a person decides on. */
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
@Controller("/ops/v1/reviews")
@ExecuteOn(TaskExecutors.BLOCKING)
final class ReviewsController {

  private final ReviewStore store;
  private final Reviews reviews;
  private final JobQueue queue;

  ReviewsController(ReviewStore store, Reviews reviews, JobQueue queue) {
    this.store = store;
    this.reviews = reviews;
    this.queue = queue;
  }

  /**
   * @param exception true lets the same prompt pass without a review from now on, for this service;
   *     default false
   * @param note why, at most 2,000 characters; for operators
   */
  @Introspected
  @Strict
  record Approval(@Nullable Boolean exception, @Nullable String note) {}

  /**
   * @param note why, at most 2,000 characters; the customer reads it
   */
  @Introspected
  @Strict
  record Rejection(@Nullable String note) {}

  @Operation(operationId = "listReviews", summary = "Reviews of every tenant, oldest first.")
  @ApiResponse(
      responseCode = "400",
      description = "invalid_value: param names the filter.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Get
  PromptReviewList list(@RequestBean ReviewListRequest asked) {
    ReviewQuery query = ReviewQuery.of(asked);
    List<StoredReview> found = store.list(query).orElseThrow(ReviewQuery::unknownAfter);
    List<PromptReview> page =
        found.stream().limit(query.limit()).map(review -> shown(review, false)).toList();
    return new PromptReviewList(
        "list",
        page,
        page.isEmpty() ? null : page.getFirst().id(),
        page.isEmpty() ? null : page.getLast().id(),
        found.size() > query.limit());
  }

  @Operation(
      operationId = "retrieveReview",
      summary = "One review: prompt, reasons, parameters and history.")
  @ApiResponse(
      responseCode = "404",
      description = "not_found.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Get("/{review_id}")
  PromptReview retrieve(String review_id) {
    return shown(require(review_id), true);
  }

  @Operation(
      operationId = "approveReview",
      summary = "Lets the video into the queue; its deadline counts from now.")
  @ApiResponse(
      responseCode = "400",
      description = "invalid_value: note.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "404",
      description = "not_found.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "409",
      description = "conflict: it is decided already, withdrawn, or its time is over.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Post("/{review_id}/approve")
  PromptReview approve(
      HttpRequest<?> request,
      String review_id,
      @Body @io.micronaut.core.annotation.Nullable Approval asked) {
    Approval approval = asked == null ? new Approval(null, null) : asked;
    String note = OperatorNote.checked(approval.note()).orElse("");
    return shown(
        reviews.approve(
            require(review_id),
            Operator.of(request).keyId(),
            note,
            Boolean.TRUE.equals(approval.exception())),
        true);
  }

  @Operation(
      operationId = "rejectReview",
      summary = "Ends the video as failed, code prompt_rejected; the customer reads the note.")
  @ApiResponse(
      responseCode = "400",
      description = "missing_required_parameter or invalid_value: note.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "404",
      description = "not_found.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "409",
      description = "conflict: it is decided already, withdrawn, or its time is over.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Post("/{review_id}/reject")
  PromptReview reject(
      HttpRequest<?> request,
      String review_id,
      @Body @io.micronaut.core.annotation.Nullable Rejection asked) {
    String note = OperatorNote.checked(asked == null ? null : asked.note()).orElse("");
    if (note.isEmpty()) {
      throw ApiException.of(
          ErrorCode.MISSING_REQUIRED_PARAMETER,
          "'note' is required: the customer reads why the prompt is rejected.",
          "note");
    }
    return shown(reviews.reject(require(review_id), Operator.of(request).keyId(), note), true);
  }

  private PromptReview shown(StoredReview review, boolean whole) {
    return ReviewViews.of(review, queue.find(review.video()).orElse(null), whole);
  }

  private StoredReview require(String id) {
    return StoredReview.parse(id)
        .flatMap(store::find)
        .orElseThrow(
            () ->
                ApiException.of(
                    ErrorCode.NOT_FOUND, "There is no review of this id.", "review_id"));
  }
}

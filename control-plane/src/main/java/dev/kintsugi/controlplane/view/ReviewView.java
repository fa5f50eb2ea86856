package dev.kintsugi.controlplane.view;

import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.screening.ReviewStatus;
import dev.kintsugi.protocol.video.Video;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** What a customer is told of the review of a prompt. */
final class ReviewView {

  private ReviewView() {}

  /** Null for a job that was never held. */
  static Video.@Nullable Review of(Job job) {
    Instant decideBy = job.decideBy();
    if (decideBy == null) {
      return null;
    }
    ReviewStatus status = status(job);
    boolean made = status == ReviewStatus.PENDING || status == ReviewStatus.APPROVED;
    return new Video.Review(
        status,
        decideBy.getEpochSecond(),
        made ? job.deadline().getEpochSecond() : null,
        message(status, decideBy, job.deadline()));
  }

  private static ReviewStatus status(Job job) {
    if (!job.unreleased()) {
      return ReviewStatus.APPROVED;
    }
    Job.JobError error = job.error();
    if (error == null) {
      return ReviewStatus.PENDING;
    }
    if (error.code().equals(ErrorCode.PROMPT_REJECTED.wireName())) {
      return ReviewStatus.REJECTED;
    }
    return error.code().equals(ErrorCode.REVIEW_EXPIRED.wireName())
        ? ReviewStatus.EXPIRED
        : ReviewStatus.WITHDRAWN;
  }

  private static String message(ReviewStatus status, Instant decideBy, Instant deadline) {
    return switch (status) {
      case PENDING ->
          "A person looks at this prompt first, by %s. If it is approved, the video is answered by %s at the latest."
              .formatted(seconds(decideBy), seconds(deadline));
      case APPROVED ->
          "A person approved this prompt; the video is answered by %s."
              .formatted(seconds(deadline));
      case REJECTED -> "A person rejected this prompt; the error says why.";
      case EXPIRED -> "Nobody decided on this prompt by %s.".formatted(seconds(decideBy));
      case WITHDRAWN -> "The video was cancelled before anybody decided on its prompt.";
    };
  }

  private static Instant seconds(Instant at) {
    return at.truncatedTo(ChronoUnit.SECONDS);
  }
}

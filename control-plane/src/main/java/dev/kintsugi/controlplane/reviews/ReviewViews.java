package dev.kintsugi.controlplane.reviews;

import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.JobParameters;
import dev.kintsugi.controlplane.reviews.ExceptionStore.StoredException;
import dev.kintsugi.controlplane.reviews.StoredReview.Decision;
import dev.kintsugi.protocol.screening.PromptException;
import dev.kintsugi.protocol.screening.PromptReview;
import dev.kintsugi.protocol.screening.PromptReview.Event;
import dev.kintsugi.protocol.screening.PromptReview.Parameters;
import dev.kintsugi.protocol.screening.ReviewStatus;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reviews and exceptions as operators see them. */
final class ReviewViews {

  private static final String EXCEPTION = "exception_";

  private ReviewViews() {}

  /**
   * @param job null when its customer deleted it
   * @param whole with parameters and history
   */
  static PromptReview of(StoredReview review, @Nullable Job job, boolean whole) {
    Decision decision = review.decision();
    return new PromptReview(
        review.id(),
        "prompt.review",
        review.status(),
        review.service(),
        review.tenant(),
        review.video(),
        review.heldAt().toString(),
        review.decideBy().toString(),
        job == null ? null : job.parameters().prompt(),
        job == null || job.screening() == null ? List.of() : job.screening().reasons(),
        decision == null ? null : decision.at().toString(),
        decision == null ? null : decision.actor(),
        decision == null ? null : decision.note(),
        decision == null || decision.exception() == null ? null : EXCEPTION + decision.exception(),
        whole && job != null ? parameters(job) : null,
        whole ? history(review, job) : null);
  }

  private static Parameters parameters(Job job) {
    JobParameters made = job.parameters();
    return new Parameters(
        job.model(),
        made.negativePrompt(),
        made.width() + "x" + made.height(),
        made.numFrames(),
        made.fps(),
        made.steps(),
        made.guidanceScale(),
        made.guidanceScale2(),
        made.flowShift(),
        made.seed(),
        job.priority().wireName(),
        job.user());
  }

  private static List<Event> history(StoredReview review, @Nullable Job job) {
    List<Event> events = new ArrayList<>();
    events.add(new Event(review.heldAt().toString(), "screening", "held", ""));
    Decision decision = review.decision();
    if (decision != null) {
      events.add(
          new Event(
              decision.at().toString(),
              decision.actor(),
              decision.outcome().wireName(),
              decision.note()));
    } else if (review.status() == ReviewStatus.WITHDRAWN
        && job != null
        && job.completedAt() != null) {
      events.add(
          new Event(job.completedAt().toString(), "customer", review.status().wireName(), ""));
    }
    return List.copyOf(events);
  }

  static PromptException of(StoredException exception) {
    return new PromptException(
        EXCEPTION + exception.id(),
        "prompt.exception",
        exception.service(),
        exception.fingerprint(),
        StoredReview.id(exception.job()),
        exception.createdAt().toString(),
        exception.createdBy(),
        exception.note(),
        exception.revokedAt() == null ? null : exception.revokedAt().toString(),
        exception.revokedBy());
  }

  /** The number of an exception; -1 for what is no id of one. */
  static long exceptionNumber(String id) {
    return id.matches(EXCEPTION + "[0-9]{1,18}")
        ? Long.parseLong(id.substring(EXCEPTION.length()))
        : -1;
  }
}

package dev.kintsugi.controlplane.reviews;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.policies.PromptPolicies;
import dev.kintsugi.controlplane.queue.Alongside;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.JobLog;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.queue.NewJob;
import dev.kintsugi.controlplane.queue.NextStep;
import dev.kintsugi.controlplane.queue.Submission;
import dev.kintsugi.controlplane.reviews.StoredReview.Decision;
import dev.kintsugi.controlplane.tenants.DailyQuota;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.metrics.AdmissionCatalogue;
import dev.kintsugi.protocol.screening.PromptReason;
import dev.kintsugi.protocol.screening.ReviewStatus;
import io.prometheus.metrics.core.metrics.Counter;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds jobs for a person's decision, and carries it out. A decision and what it does to the job
 * are one transaction, and the queue lets one of several who decide at once have it.
 */
@Singleton
public class Reviews {

  private static final Logger LOG = LoggerFactory.getLogger(Reviews.class);
  private static final Duration ASK_AGAIN = Duration.ofMinutes(10);
  private static final int BATCH = 100;

  private final JobQueue queue;
  private final ReviewStore store;
  private final DailyQuota quota;
  private final ReviewSettings settings;
  private final PromptPolicies policies;
  private final Clock clock;
  private final Counter decisions;

  Reviews(
      JobQueue queue,
      ReviewStore store,
      DailyQuota quota,
      ReviewSettings settings,
      PromptPolicies policies,
      Clock clock,
      Meters meters) {
    this.queue = queue;
    this.store = store;
    this.quota = quota;
    this.settings = settings;
    this.policies = policies;
    this.clock = clock;
    this.decisions = meters.counter(AdmissionCatalogue.REVIEW_DECISIONS);
    for (ReviewStatus outcome :
        List.of(ReviewStatus.APPROVED, ReviewStatus.REJECTED, ReviewStatus.EXPIRED)) {
      decisions.initLabelValues(outcome.wireName());
    }
  }

  /**
   * Takes a job whose prompt a person has to look at first.
   *
   * @param job with the deadline it would have if it were queued now
   * @param unit of the tenant's quota that it took; given back when no video is made
   * @throws ApiException {@code queue_full} when too many wait for a decision
   */
  public Submission hold(NewJob job, DailyQuota.Unit unit, Instant now) {
    Instant decideBy = now.plus(decideWithin(job.service()));
    Instant latest = decideBy.plus(Duration.between(now, job.deadline()));
    Submission answer =
        queue.hold(
            job.with(latest, settings.mostPending()),
            decideBy,
            (c, held) -> ReviewStore.open(c, held, decideBy, DailyQuota.day(unit)),
            now);
    if (answer instanceof Submission.QueueFull(long pending, long limit)) {
      throw ApiException.retryable(
          ErrorCode.QUEUE_FULL,
          "%d prompts wait for a person's decision already; at most %d may. %s"
              .formatted(pending, limit, why(job)),
          ASK_AGAIN);
    }
    return answer;
  }

  /** Each reason says what would need no review. */
  private static String why(NewJob job) {
    return job.screening() == null
        ? ""
        : job.screening().reasons().stream()
            .map(PromptReason::message)
            .collect(Collectors.joining(" "));
  }

  private Duration decideWithin(String service) {
    return policies
        .of(service)
        .map(policy -> policy.pushed().decideWithinSeconds())
        .map(Duration::ofSeconds)
        .orElse(settings.decideWithin());
  }

  /**
   * Lets the job into the queue.
   *
   * @param exception the same prompt is not held again for this service
   * @throws ApiException {@code conflict} when it is decided already
   */
  StoredReview approve(StoredReview review, String by, String note, boolean exception) {
    Instant now = now(review);
    Alongside record =
        (c, job) -> {
          Decision bare = new Decision(ReviewStatus.APPROVED, now, by, note, null);
          Long number = exception ? ExceptionStore.add(c, job, bare) : null;
          ReviewStore.decide(
              c, review.job(), new Decision(ReviewStatus.APPROVED, now, by, note, number));
        };
    return decided(review, queue.release(review.video(), record, now), ReviewStatus.APPROVED);
  }

  /**
   * Ends the job, and tells its customer why.
   *
   * @throws ApiException {@code conflict} when it is decided already
   */
  StoredReview reject(StoredReview review, String by, String note) {
    Instant now = now(review);
    NextStep.GiveUp why =
        new NextStep.GiveUp(
            ErrorCode.PROMPT_REJECTED, "A person looked at this prompt and rejected it: " + note);
    Decision decision = new Decision(ReviewStatus.REJECTED, now, by, note, null);
    return decided(
        review,
        queue.refuse(review.video(), why, (c, job) -> end(c, job, review.job(), decision), now),
        ReviewStatus.REJECTED);
  }

  /** Ends jobs that nobody decided on in time; returns how many. */
  int expire() {
    Instant now = clock.instant();
    int expired = 0;
    List<Job> due = queue.undecided(now, BATCH);
    for (Job job : due) {
      expired += expire(job, now) ? 1 : 0;
    }
    return expired;
  }

  private boolean expire(Job job, Instant now) {
    NextStep.GiveUp why =
        new NextStep.GiveUp(
            ErrorCode.REVIEW_EXPIRED,
            "A person had to look at this prompt first, and nobody did by %s. Submit it again, or in a form that needs no review."
                .formatted(job.decideBy()));
    UUID id = StoredReview.job(job);
    Decision decision =
        new Decision(ReviewStatus.EXPIRED, now, Decision.DEADLINE, why.message(), null);
    Optional<Job> ended = queue.refuse(job.id(), why, (c, gone) -> end(c, gone, id, decision), now);
    ended.ifPresent(gone -> tell(gone, ReviewStatus.EXPIRED));
    return ended.isPresent();
  }

  /** No video comes of it, so it costs none of the day's. */
  private void end(Connection c, Job job, UUID id, Decision decision) throws SQLException {
    ReviewStore.decide(c, id, decision);
    Optional<LocalDate> day = ReviewStore.quotaDay(c, id);
    if (day.isPresent()) {
      quota.giveBack(c, job.tenant(), day.get());
    }
  }

  /** The time of a decision, if there is time for one. */
  private Instant now(StoredReview review) {
    Instant now = clock.instant();
    if (review.status() != ReviewStatus.PENDING || !now.isBefore(review.decideBy())) {
      throw conflict(review);
    }
    return now;
  }

  private StoredReview decided(StoredReview review, Optional<Job> job, ReviewStatus outcome) {
    StoredReview after = store.find(review.job()).orElse(review);
    if (job.isEmpty()) {
      throw conflict(after);
    }
    tell(job.get(), outcome);
    return after;
  }

  private void tell(Job job, ReviewStatus outcome) {
    decisions.labelValues(outcome.wireName()).inc();
    try (JobLog fields = JobLog.of(job)) {
      LOG.info("The review of {} is {}", job.id(), outcome.wireName());
    }
  }

  private static ApiException conflict(StoredReview review) {
    Decision decision = review.decision();
    String message;
    if (decision != null) {
      message =
          "%s was %s by %s at %s."
              .formatted(
                  review.id(), decision.outcome().wireName(), decision.actor(), decision.at());
    } else if (review.status() == ReviewStatus.WITHDRAWN) {
      message = "The customer cancelled the video of " + review.id() + ".";
    } else {
      message = "The time to decide on %s ended at %s.".formatted(review.id(), review.decideBy());
    }
    return ApiException.of(ErrorCode.CONFLICT, message, "review_id");
  }
}

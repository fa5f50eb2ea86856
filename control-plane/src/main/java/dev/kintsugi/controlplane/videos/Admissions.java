package dev.kintsugi.controlplane.videos;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.fleet.ServedModel;
import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.JobLog;
import dev.kintsugi.controlplane.queue.JobParameters;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.queue.NewJob;
import dev.kintsugi.controlplane.queue.QueueSnapshot;
import dev.kintsugi.controlplane.queue.Submission;
import dev.kintsugi.controlplane.reviews.Reviews;
import dev.kintsugi.controlplane.screening.Screened;
import dev.kintsugi.controlplane.screening.Screenings;
import dev.kintsugi.controlplane.tenants.DailyQuota;
import dev.kintsugi.core.admission.Admission;
import dev.kintsugi.core.admission.Asked;
import dev.kintsugi.core.admission.CostModel;
import dev.kintsugi.core.admission.Resolved;
import dev.kintsugi.core.learning.PromptFeatures;
import dev.kintsugi.protocol.digest.Sha256;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.metrics.AdmissionCatalogue;
import dev.kintsugi.protocol.screening.PromptScreening;
import dev.kintsugi.protocol.video.Priority;
import io.prometheus.metrics.core.metrics.Counter;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts a valid submission into the queue if the service can carry it and the quota allows it. */
@Singleton
final class Admissions {

  private static final Logger LOG = LoggerFactory.getLogger(Admissions.class);

  private static final JsonMapper CANONICAL =
      JsonMapper.builder().serializationInclusion(JsonInclude.Include.NON_NULL).build();

  private final JobQueue queue;
  private final DailyQuota quota;
  private final Screenings screenings;
  private final Reviews reviews;
  private final Clock clock;
  private final Counter submitted;

  Admissions(
      JobQueue queue,
      DailyQuota quota,
      Screenings screenings,
      Reviews reviews,
      Clock clock,
      Meters meters) {
    this.queue = queue;
    this.quota = quota;
    this.screenings = screenings;
    this.reviews = reviews;
    this.clock = clock;
    this.submitted = meters.counter(AdmissionCatalogue.JOBS_SUBMITTED);
  }

  /**
   * A submission that is valid for its model.
   *
   * @param safe as it is made in safe mode
   */
  record Candidate(
      Submissions.Incoming incoming,
      Asked asked,
      Resolved resolved,
      Resolved safe,
      ServedModel model) {}

  /**
   * A submission that nothing speaks against.
   *
   * @param held a person decides before it is made
   */
  private record Taking(NewJob job, boolean held, DailyQuota.Unit unit) {}

  /** Takes the job or an earlier one under the same idempotency key. */
  Job admit(Candidate candidate) {
    Instant now = clock.instant();
    String service = candidate.model().service();
    Screened screened =
        screenings.screen(
            candidate.incoming().tenant().name(),
            service,
            asking(candidate.resolved(), candidate.safe()));
    Taking taking;
    try {
      taking = taking(candidate, screened, now);
    } catch (ApiException refusal) {
      Optional<Job> earlier = replay(candidate, now);
      if (earlier.isEmpty() && screened.rejected()) {
        screenings.count(service, screened);
      }
      return earlier.orElseThrow(() -> refusal);
    }
    Submission submission = submit(taking, now);
    return switch (submission) {
      case Submission.Accepted(Job accepted) -> {
        screenings.count(service, screened);
        submitted
            .labelValues(accepted.service(), accepted.priority().wireName())
            .incWithExemplar(Meters.exemplar(accepted.traceId()));
        told(accepted);
        yield accepted;
      }
      default -> {
        quota.giveBack(taking.unit());
        yield earlier(submission);
      }
    };
  }

  private Taking taking(Candidate candidate, Screened screened, Instant now) {
    ServedModel model = candidate.model();
    Screened.Passed passed = screened.orRefuse();
    Resolved made = passed.inSafeMode() ? candidate.safe() : candidate.resolved();
    CostModel.Cost cost = CostModel.predict(made, model.stepSeconds());
    refuseUnlessCarried(candidate, cost, passed.held(), now);
    return new Taking(
        newJob(candidate, made, passed.told(), model.queueLimit(), now),
        passed.held(),
        quota.take(candidate.incoming().tenant()));
  }

  private static void told(Job accepted) {
    try (JobLog fields = JobLog.of(accepted)) {
      LOG.info(accepted.held() ? "Accepted {} for review" : "Accepted {}", accepted.id());
    }
  }

  private Submission submit(Taking taking, Instant now) {
    try {
      return taking.held()
          ? reviews.hold(taking.job(), taking.unit(), now)
          : queue.submit(taking.job(), now);
    } catch (RuntimeException failed) {
      quota.giveBack(taking.unit());
      throw failed;
    }
  }

  /**
   * A client repeating an accepted submission must get that job even when a new one would be
   * refused. A queue limit of 0 lets nothing new in, so only a replay can come back.
   */
  private Optional<Job> replay(Candidate candidate, Instant now) {
    if (candidate.incoming().idempotencyKey() == null) {
      return Optional.empty();
    }
    Submission submission =
        queue.submit(newJob(candidate, candidate.resolved(), null, 0, now), now);
    return submission instanceof Submission.QueueFull
        ? Optional.empty()
        : Optional.of(earlier(submission));
  }

  private static Job earlier(Submission submission) {
    return switch (submission) {
      case Submission.Accepted(Job job) -> job;
      case Submission.Replayed(Job job) -> job;
      case Submission.KeyReused(Job job) ->
          throw ApiException.of(
              ErrorCode.IDEMPOTENCY_KEY_REUSED,
              "This Idempotency-Key was already used for "
                  + job.id()
                  + " with another request body. Use a new key for a new request.",
              "Idempotency-Key");
      case Submission.QueueFull(long depth, long limit) ->
          throw queueFull(depth, limit, Duration.ofSeconds(5));
    };
  }

  /** What waits now says nothing of when a held job will be released: it is looked at alone. */
  private void refuseUnlessCarried(
      Candidate candidate, CostModel.Cost cost, boolean held, Instant now) {
    ServedModel model = candidate.model();
    QueueSnapshot snapshot =
        held
            ? new QueueSnapshot(model.service(), Map.of(), QueueSnapshot.Load.NONE)
            : queue.snapshot(model.service(), now);
    Admission.Decision decision =
        Admission.decide(
            new Admission.Load(
                model.slots(),
                snapshot.depth(),
                snapshot.secondsAhead(Priority.fromWire(candidate.asked().priority())),
                cost),
            new Admission.Policy(model.queueLimit(), model.deadline()),
            now);
    if (decision instanceof Admission.Decision.Refuse refusal) {
      throw switch (refusal.reason()) {
        case QUEUE_FULL -> queueFull(snapshot.depth(), model.queueLimit(), refusal.retryAfter());
        case DEADLINE_UNATTAINABLE ->
            ApiException.retryable(
                ErrorCode.DEADLINE_UNATTAINABLE,
                "The video would be done in about %d s, later than the promised %d s. Ask for fewer"
                        .formatted(
                            Duration.between(now, refusal.finish()).toSeconds(),
                            model.deadline().toSeconds())
                    + " frames, fewer steps or a smaller size, or try again in "
                    + refusal.retryAfter().toSeconds()
                    + " s.",
                refusal.retryAfter());
      };
    }
  }

  private static ApiException queueFull(long depth, long limit, Duration retryAfter) {
    return ApiException.retryable(
        ErrorCode.QUEUE_FULL,
        "The queue is full: " + depth + " jobs wait, the limit is " + limit + ".",
        retryAfter);
  }

  private static NewJob newJob(
      Candidate candidate,
      Resolved made,
      @Nullable PromptScreening screening,
      long queueLimit,
      Instant now) {
    Submissions.Incoming incoming = candidate.incoming();
    Asked asked = candidate.asked();
    return new NewJob(
        incoming.tenant().name(),
        candidate.model().service(),
        candidate.model().model(),
        Priority.fromWire(asked.priority()),
        parameters(made),
        asked.user(),
        asked.webhookUrl(),
        incoming.idempotencyKey(),
        hash(asked),
        CostModel.predict(made, candidate.model().stepSeconds()).seconds(),
        incoming.tenant().weight(),
        now.plus(candidate.model().deadline()),
        queueLimit,
        incoming.traceId(),
        screening);
  }

  /** What rules look at. */
  static Screenings.Asking asking(Resolved resolved, Resolved safe) {
    return new Screenings.Asking(made(resolved), made(safe));
  }

  static PromptFeatures.Submission made(Resolved resolved) {
    return new PromptFeatures.Submission(
        resolved.prompt(),
        resolved.size().width(),
        resolved.size().height(),
        resolved.numFrames(),
        resolved.steps());
  }

  private static JobParameters parameters(Resolved resolved) {
    return new JobParameters(
        resolved.prompt(),
        resolved.negativePrompt(),
        resolved.size().width(),
        resolved.size().height(),
        resolved.numFrames(),
        resolved.fps(),
        resolved.steps(),
        resolved.guidanceScale(),
        resolved.guidanceScale2(),
        resolved.flowShift(),
        resolved.seed(),
        resolved.seconds());
  }

  /** Digest of what was asked, not of how: JSON and a form with the same fields are equal. */
  private static String hash(Asked asked) {
    try {
      return Sha256.hex(CANONICAL.writeValueAsBytes(asked));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}

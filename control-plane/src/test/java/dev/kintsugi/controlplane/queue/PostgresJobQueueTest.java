package dev.kintsugi.controlplane.queue;

import static dev.kintsugi.controlplane.testkit.TestJobs.NOON;
import static dev.kintsugi.controlplane.testkit.TestJobs.again;
import static dev.kintsugi.controlplane.testkit.TestJobs.giveUp;
import static dev.kintsugi.controlplane.testkit.TestJobs.job;
import static dev.kintsugi.controlplane.testkit.TestJobs.nodeLost;
import static dev.kintsugi.controlplane.testkit.TestJobs.result;
import static dev.kintsugi.controlplane.testkit.TestJobs.slot;
import static dev.kintsugi.controlplane.testkit.TestJobs.step;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.kintsugi.controlplane.testkit.TestDatabase;
import dev.kintsugi.controlplane.testkit.TestJobs;
import dev.kintsugi.protocol.node.AttemptPhase;
import dev.kintsugi.protocol.video.VideoStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PostgresJobQueueTest {

  private static TestDatabase database;
  private JobQueue queue;

  @BeforeAll
  static void open() {
    database = TestDatabase.create();
  }

  @AfterAll
  static void close() {
    database.close();
  }

  @BeforeEach
  void empty() {
    database.execute(
        "TRUNCATE job, waiting, lease, attempt, job_event, node, fair_share, fair_clock,"
            + " artifact_use, announcement");
    queue = new PostgresJobQueue(database.transactions());
  }

  @Test
  void aJobGoesFromPromptToResult() {
    Job submitted = accept(job());
    assertThat(submitted.id()).matches("video_[0-9a-f]{32}");
    assertThat(queue.find("default", submitted.id())).contains(submitted);

    Claim claim = queue.claim(slot("a"), NOON.plusSeconds(1)).orElseThrow();
    assertThat(claim.job().status()).isEqualTo(VideoStatus.IN_PROGRESS);
    assertThat(claim.job().startedAt()).isEqualTo(NOON.plusSeconds(1));
    assertThat(claim.leaseUntil()).isEqualTo(NOON.plusSeconds(16));
    assertThat(queue.attempts(submitted.id())).containsExactly(claim.attempt());
    assertThat(queue.liveOnNode("a")).containsExactly(claim.attempt());

    Lease lease = queue.heartbeat(claim.attemptId(), 1, step(2), NOON.plusSeconds(5));
    assertThat(lease).isEqualTo(new Lease.Extended(NOON.plusSeconds(20)));
    assertThat(queue.find(submitted.id()).orElseThrow().progress()).isEqualTo(50);

    Completion completion =
        queue.complete(claim.attemptId(), claim.fence(), result(), NOON.plusSeconds(9));
    Job completed = ((Completion.Completed) completion).job();
    assertThat(completed.status()).isEqualTo(VideoStatus.COMPLETED);
    assertThat(completed.result()).isEqualTo(result());
    assertThat(completed.completedAt()).isEqualTo(NOON.plusSeconds(9));
    assertThat(completed.expiresAt()).isEqualTo(NOON.plusSeconds(9).plus(Duration.ofHours(24)));
    assertThat(queue.find("default", submitted.id())).contains(completed);
    assertThat(queue.attempts(submitted.id()))
        .singleElement()
        .satisfies(a -> assertThat(a.outcome()).isEqualTo(Attempt.COMPLETED));

    assertThat(queue.events(submitted.id(), 0, 100))
        .extracting(JobEvent::sequence, JobEvent::status)
        .containsExactly(
            tuple(1L, VideoStatus.QUEUED),
            tuple(2L, VideoStatus.IN_PROGRESS),
            tuple(3L, VideoStatus.IN_PROGRESS),
            tuple(4L, VideoStatus.COMPLETED));
    assertThat(queue.events(submitted.id(), 2, 1))
        .singleElement()
        .satisfies(e -> assertThat(e.progress()).isEqualTo(step(2)));
    assertThat(queue.artifactsInUse(List.of("a".repeat(64), "c".repeat(64)), NOON))
        .isEqualTo(Set.of("a".repeat(64)));
    assertThat(queue.artifactsInUse(List.of("a".repeat(64)), NOON.plus(Duration.ofHours(30))))
        .isEmpty();
  }

  @Test
  void repeatedProgressExtendsTheLeaseWithoutANewEvent() {
    accept(job());
    Claim claim = queue.claim(slot("a"), NOON).orElseThrow();
    queue.heartbeat(claim.attemptId(), 1, step(1), NOON);
    queue.heartbeat(claim.attemptId(), 1, step(1), NOON.plusSeconds(3));

    assertThat(queue.events(claim.job().id(), 0, 100)).hasSize(3);
    assertThat(queue.expired(NOON.plusSeconds(17), 10)).isEmpty();
    assertThat(queue.expired(NOON.plusSeconds(18), 10)).hasSize(1);
  }

  @Test
  void completionIsIdempotentForItsAttemptAndRefusedForAnyOther() {
    accept(job());
    Claim first = queue.claim(slot("a"), NOON).orElseThrow();
    assertThat(queue.fail(first.attemptId(), 1, nodeLost(), again(NOON), NOON))
        .isInstanceOf(Failing.Requeued.class);
    Claim second = queue.claim(slot("b"), NOON).orElseThrow();
    assertThat(second.fence()).isEqualTo(2);
    assertThat(second.job().attempts()).isEqualTo(2);

    assertThat(queue.complete(first.attemptId(), 1, result(), NOON))
        .isEqualTo(new Completion.Stale(StaleReason.ENDED));
    assertThat(queue.heartbeat(first.attemptId(), 1, step(1), NOON))
        .isEqualTo(new Lease.Lost(StaleReason.ENDED));
    assertThat(queue.fail(first.attemptId(), 1, nodeLost(), giveUp(), NOON))
        .isEqualTo(new Failing.Stale(StaleReason.ENDED));
    assertThat(queue.complete(second.attemptId(), 1, result(), NOON))
        .isEqualTo(new Completion.Stale(StaleReason.ADOPTED));
    assertThat(queue.complete("attempt_" + "0".repeat(32), 1, result(), NOON))
        .isEqualTo(new Completion.Stale(StaleReason.UNKNOWN_ATTEMPT));

    assertThat(queue.complete(second.attemptId(), 2, result(), NOON))
        .isInstanceOf(Completion.Completed.class);
    assertThat(queue.complete(second.attemptId(), 2, result(), NOON))
        .isEqualTo(new Completion.AlreadyCompleted());
  }

  @Test
  void aRetriedJobWaitsItsBackoffAndKeepsItsPlace() {
    Job early = accept(job());
    accept(job());
    Claim claim = queue.claim(slot("a"), NOON).orElseThrow();
    assertThat(claim.job().id()).isEqualTo(early.id());
    queue.fail(claim.attemptId(), 1, nodeLost(), again(NOON.plusSeconds(1)), NOON);

    Claim other = queue.claim(slot("a"), NOON).orElseThrow();
    assertThat(other.job().id()).isNotEqualTo(early.id());
    Claim again = queue.claim(slot("b"), NOON.plusSeconds(1)).orElseThrow();
    assertThat(again.job().id()).isEqualTo(early.id());
  }

  @Test
  void aFailedJobSaysWhy() {
    accept(job());
    Claim claim = queue.claim(slot("a"), NOON).orElseThrow();
    Failing failing = queue.fail(claim.attemptId(), 1, nodeLost(), giveUp(), NOON);

    Job failed = ((Failing.JobFailed) failing).job();
    assertThat(failed.status()).isEqualTo(VideoStatus.FAILED);
    assertThat(failed.error())
        .isEqualTo(new Job.JobError("generation_failed", "the node went away"));
    assertThat(queue.attempts(failed.id()))
        .singleElement()
        .satisfies(a -> assertThat(a.outcome()).isEqualTo("NODE_LOST"));
  }

  @Test
  void aLeaseThatWasRenewedIsNotExpired() {
    accept(job());
    Claim claim = queue.claim(slot("a"), NOON).orElseThrow();
    Instant late = NOON.plusSeconds(20);
    ExpiredLease expired = queue.expired(late, 10).getFirst();
    queue.heartbeat(claim.attemptId(), 1, step(1), late);

    assertThat(
            queue.expire(
                expired.attempt().id(), expired.attempt().fence(), nodeLost(), again(late), late))
        .isEqualTo(new Failing.Stale(StaleReason.RENEWED));
    Instant later = late.plusSeconds(15);
    assertThat(queue.expire(claim.attemptId(), 1, nodeLost(), again(later), later))
        .isInstanceOf(Failing.Requeued.class);
  }

  @Test
  void anAdoptedAttemptLeavesItsOldHolderStale() {
    accept(job());
    Claim old = queue.claim(slot("a"), NOON).orElseThrow();
    assertThat(queue.adopt(old.attemptId(), 1, "replica-2", TestJobs.LEASE, NOON)).isEmpty();

    Instant late = NOON.plusSeconds(15);
    Claim adopted =
        queue.adopt(old.attemptId(), 1, "replica-2", TestJobs.LEASE, late).orElseThrow();
    assertThat(adopted.fence()).isEqualTo(2);
    assertThat(adopted.attemptId()).isEqualTo(old.attemptId());
    assertThat(adopted.attempt().replica()).isEqualTo("replica-2");
    assertThat(adopted.job().attempts()).isEqualTo(1);
    assertThat(queue.adopt(old.attemptId(), 1, "replica-3", TestJobs.LEASE, late)).isEmpty();

    assertThat(queue.heartbeat(old.attemptId(), 1, step(1), late))
        .isEqualTo(new Lease.Lost(StaleReason.ADOPTED));
    assertThat(queue.complete(old.attemptId(), 1, result(), late))
        .isEqualTo(new Completion.Stale(StaleReason.ADOPTED));
    assertThat(queue.complete(old.attemptId(), 2, result(), late))
        .isInstanceOf(Completion.Completed.class);
  }

  @Test
  void aRestartedReplicaAdoptsWhatItHeldAtOnce() {
    accept(job());
    Claim old = queue.claim(slot("a"), NOON).orElseThrow();

    assertThat(queue.adopt(old.attemptId(), 1, "replica-1", TestJobs.LEASE, NOON)).isPresent();
  }

  @Test
  void cancelEndsWhatWaitsAndFencesOffWhatRuns() {
    Job waiting = accept(job());
    assertThat(queue.cancel("somebody-else", waiting.id(), NOON)).isEmpty();
    Job cancelled = queue.cancel("default", waiting.id(), NOON).orElseThrow();
    assertThat(cancelled.status()).isEqualTo(VideoStatus.FAILED);
    assertThat(cancelled.error().code()).isEqualTo("cancelled");
    assertThat(queue.claim(slot("a"), NOON)).isEmpty();

    Job running = accept(job());
    Claim claim = queue.claim(slot("a"), NOON).orElseThrow();
    queue.cancel("default", running.id(), NOON);
    assertThat(queue.complete(claim.attemptId(), 1, result(), NOON))
        .isEqualTo(new Completion.Stale(StaleReason.ENDED));
    assertThat(queue.liveOnNode("a")).isEmpty();
    assertThat(queue.attempts(running.id()))
        .singleElement()
        .satisfies(a -> assertThat(a.outcome()).isEqualTo("CANCELLED"));

    assertThat(queue.cancel("default", running.id(), NOON.plusSeconds(9)))
        .isEqualTo(queue.find("default", running.id()));
  }

  @Test
  void aNodeThatTheDatabaseForgotIsLearntAgain() {
    accept(job());
    accept(job());
    assertThat(queue.claim(slot("a", 2, false), NOON)).isPresent();
    database.execute("DELETE FROM node");

    assertThat(queue.claim(slot("a", 2, false), NOON)).isEmpty();
    assertThat(queue.claim(slot("a", 2, false), NOON)).isPresent();
  }

  @Test
  void aReleasedAttemptMayBeAdoptedAtOnce() {
    accept(job());
    Claim claim = queue.claim(slot("a"), NOON).orElseThrow();

    assertThat(queue.release(claim.attemptId(), 2, NOON)).isFalse();
    assertThat(queue.release(claim.attemptId(), 1, NOON)).isTrue();
    assertThat(queue.adopt(claim.attemptId(), 1, "replica-2", TestJobs.LEASE, NOON)).isPresent();
  }

  @Test
  void aWarmUpPhaseWithoutStepsIsKeptAsReported() {
    accept(job());
    Claim claim = queue.claim(slot("a"), NOON).orElseThrow();
    var encoding = new Progress(AttemptPhase.ENCODING_TEXT, null, 0, 4, 2);
    queue.heartbeat(claim.attemptId(), 1, encoding, NOON);

    assertThat(queue.events(claim.job().id(), 2, 1).getFirst().progress()).isEqualTo(encoding);
  }

  private Job accept(NewJob job) {
    return accept(job, NOON);
  }

  private Job accept(NewJob job, Instant at) {
    return ((Submission.Accepted) queue.submit(job, at)).job();
  }
}

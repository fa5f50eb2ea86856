package dev.kintsugi.controlplane.queue;

import static dev.kintsugi.controlplane.testkit.TestJobs.NOON;
import static dev.kintsugi.controlplane.testkit.TestJobs.SERVICE;
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
import dev.kintsugi.protocol.video.Priority;
import dev.kintsugi.protocol.video.VideoStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
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
  void onlyEndedJobsAreDeletedAndDeletedJobsAreGoneButCounted() {
    Job kept = accept(job("default", Priority.STANDARD, "key", "hash"));
    assertThat(queue.delete("default", kept.id(), NOON)).isInstanceOf(Deletion.StillRunning.class);
    assertThat(queue.delete("somebody-else", kept.id(), NOON))
        .isInstanceOf(Deletion.NotFound.class);
    Claim claim = queue.claim(slot("a"), NOON).orElseThrow();
    assertThat(queue.delete("default", kept.id(), NOON)).isInstanceOf(Deletion.StillRunning.class);
    queue.complete(claim.attemptId(), 1, result(), NOON);

    assertThat(queue.delete("default", kept.id(), NOON)).isInstanceOf(Deletion.Deleted.class);

    assertThat(queue.find("default", kept.id())).isEmpty();
    assertThat(queue.list("default", null, 10, true).orElseThrow().jobs()).isEmpty();
    assertThat(queue.delete("default", kept.id(), NOON)).isInstanceOf(Deletion.NotFound.class);
    assertThat(queue.events(kept.id(), 0, 10)).isEmpty();
    assertThat(queue.artifactsInUse(List.of("a".repeat(64)), NOON)).isEmpty();
    assertThat(queue.countSince("default", NOON)).isEqualTo(1);
    assertThat(queue.countSince("default", NOON.plusSeconds(1))).isZero();
    assertThat(database.number("SELECT count(*) FROM job WHERE parameters::text LIKE '%red ball%'"))
        .isZero();
    assertThat(queue.submit(job("default", Priority.STANDARD, "key", "other"), NOON))
        .isInstanceOf(Submission.Accepted.class);
  }

  @Test
  void aKeyStandsForOneRequestOfOneTenant() {
    Job first = accept(job("a", Priority.STANDARD, "key", "hash"));

    assertThat(queue.submit(job("a", Priority.STANDARD, "key", "hash"), NOON.plusSeconds(5)))
        .isEqualTo(new Submission.Replayed(first));
    assertThat(queue.submit(job("a", Priority.STANDARD, "key", "other"), NOON))
        .isEqualTo(new Submission.KeyReused(first));
    assertThat(queue.submit(job("b", Priority.STANDARD, "key", "other"), NOON))
        .isInstanceOf(Submission.Accepted.class);
  }

  @Test
  void aFullQueueRefusesNewJobsButNotReplays() {
    for (int i = 0; i < 3; i++) {
      accept(limited("key-" + i, 3));
    }
    assertThat(queue.submit(limited("key-3", 3), NOON)).isEqualTo(new Submission.QueueFull(3, 3));
    assertThat(queue.submit(limited("key-1", 3), NOON)).isInstanceOf(Submission.Replayed.class);
    queue.claim(slot("a"), NOON);
    assertThat(queue.submit(limited("key-3", 3), NOON)).isInstanceOf(Submission.Accepted.class);
  }

  @Test
  void pagesFollowOneAnotherInBothDirections() {
    List<String> ids =
        IntStream.range(0, 5).mapToObj(i -> accept(job(), NOON.plusMillis(i)).id()).toList();
    accept(job("somebody-else", Priority.STANDARD));

    JobPage first = queue.list("default", null, 2, true).orElseThrow();
    assertThat(first.jobs()).extracting(Job::id).isEqualTo(ids.subList(0, 2));
    assertThat(first.hasMore()).isTrue();
    JobPage last = queue.list("default", ids.get(1), 3, true).orElseThrow();
    assertThat(last.jobs()).extracting(Job::id).isEqualTo(ids.subList(2, 5));
    assertThat(last.hasMore()).isFalse();
    assertThat(queue.list("default", ids.get(4), 10, false).orElseThrow().jobs())
        .extracting(Job::id)
        .isEqualTo(ids.subList(0, 4).reversed());
    assertThat(queue.list("somebody-else", ids.get(0), 10, true)).isEmpty();
    assertThat(queue.list("default", "video_" + "0".repeat(32), 10, true)).isEmpty();
    assertThat(queue.list("default", "nonsense", 10, true)).isEmpty();
  }

  @Test
  void snapshotAndAheadCountWhatWaits() {
    Job standard = accept(job());
    Job later = accept(job());
    Job realtime = accept(job("default", Priority.REALTIME));
    queue = new PostgresJobQueue(database.transactions());

    QueueSnapshot snapshot = queue.snapshot(SERVICE, NOON);
    assertThat(snapshot.depth()).isEqualTo(3);
    assertThat(snapshot.waiting().get(Priority.STANDARD)).isEqualTo(new QueueSnapshot.Load(2, 20));
    assertThat(snapshot.running()).isEqualTo(QueueSnapshot.Load.NONE);
    assertThat(queue.ahead(realtime)).isEqualTo(Ahead.NOTHING);
    assertThat(queue.ahead(standard)).isEqualTo(new Ahead(1, 10));
    assertThat(queue.ahead(later)).isEqualTo(new Ahead(2, 20));
  }

  @Test
  void anEndWithAWebhookIsAnnouncedUntilHandedOver() {
    NewJob plain = job();
    NewJob hooked =
        new NewJob(
            plain.tenant(),
            plain.service(),
            plain.model(),
            plain.priority(),
            plain.parameters(),
            null,
            "https://example.com/hook",
            null,
            plain.requestHash(),
            plain.cost(),
            plain.weight(),
            plain.deadline(),
            plain.queueLimit(),
            plain.traceId());
    accept(plain);
    Job job = accept(hooked);
    Claim first = queue.claim(slot("a", 2, false), NOON).orElseThrow();
    Claim second = queue.claim(slot("a", 2, false), NOON).orElseThrow();
    assertThat(queue.unannounced(10)).isEmpty();
    queue.complete(first.attemptId(), 1, result(), NOON);
    queue.complete(second.attemptId(), 1, result(), NOON);

    assertThat(queue.unannounced(10)).extracting(Job::id).containsExactly(job.id());
    queue.announced(job.id());
    assertThat(queue.unannounced(10)).isEmpty();
  }

  @Test
  void pruningRemovesOnlyWhatEndedLongAgo() {
    accept(job());
    Claim claim = queue.claim(slot("a"), NOON).orElseThrow();
    queue.heartbeat(claim.attemptId(), 1, step(1), NOON);
    queue.complete(claim.attemptId(), 1, result(), NOON);
    Job waiting = accept(job());

    assertThat(queue.prune(NOON.minusSeconds(1), 10)).isZero();
    assertThat(queue.prune(NOON.plusSeconds(1), 10)).isEqualTo(1);
    assertThat(queue.find(claim.job().id())).isEmpty();
    assertThat(queue.find(waiting.id())).isPresent();
    for (String table : List.of("attempt", "artifact_use")) {
      assertThat(database.number("SELECT count(*) FROM " + table)).isZero();
    }
    assertThat(database.number("SELECT count(*) FROM job_event")).isEqualTo(1);
  }

  @Test
  void realtimeGoesFirstAndSpotNodesPreferBatch() {
    Job batch = accept(job("default", Priority.BATCH));
    Job standard = accept(job("default", Priority.STANDARD));
    Job realtime = accept(job("default", Priority.REALTIME));

    assertThat(claimed(slot("spot", 3, true))).isEqualTo(realtime.id());
    assertThat(claimed(slot("spot", 3, true))).isEqualTo(batch.id());
    assertThat(claimed(slot("spot", 3, true))).isEqualTo(standard.id());
  }

  @Test
  void batchThatWaitedBeyondItsBoundGoesBeforeStandard() {
    Job batch = accept(job("default", Priority.BATCH));
    Instant later = NOON.plus(Duration.ofMinutes(31));
    accept(job("default", Priority.STANDARD), later);

    assertThat(queue.claim(slot("a"), later).orElseThrow().job().id()).isEqualTo(batch.id());
  }

  @Test
  void tenantsShareByWeightNotByNumberOfJobs() {
    for (int i = 0; i < 10; i++) {
      accept(job("greedy", Priority.STANDARD));
    }
    accept(job("modest", Priority.STANDARD));
    List<String> order =
        IntStream.range(0, 4)
            .mapToObj(
                i ->
                    queue
                        .claim(slot("a", 20, false), NOON.plusSeconds(1))
                        .orElseThrow()
                        .job()
                        .tenant())
            .toList();

    assertThat(order.subList(0, 2)).contains("modest");
  }

  @Test
  void waitingJobsEndAtTheirDeadlineAndRunningOnesDoNot() {
    Job running = accept(job());
    Job waiting = accept(job());
    assertThat(queue.claim(slot("a"), NOON)).isPresent();
    Instant deadline = NOON.plus(Duration.ofHours(24));

    assertThat(queue.expireWaiting(deadline.minusSeconds(1), 10)).isZero();
    assertThat(queue.expireWaiting(deadline, 10)).isEqualTo(1);

    assertThat(queue.find(waiting.id()).orElseThrow().error().code())
        .isEqualTo("deadline_exceeded");
    assertThat(queue.find(running.id()).orElseThrow().status()).isEqualTo(VideoStatus.IN_PROGRESS);
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
  void aTenantThatWasAwayGainsNoCredit() {
    accept(job("away", Priority.STANDARD));
    for (int i = 0; i < 5; i++) {
      accept(job("busy", Priority.STANDARD));
    }
    for (int i = 0; i < 6; i++) {
      assertThat(queue.claim(slot("a", 20, false), NOON)).isPresent();
    }
    Job waiting = accept(job("busy", Priority.STANDARD));
    for (int i = 0; i < 3; i++) {
      accept(job("away", Priority.STANDARD));
    }

    List<String> next = List.of(claimed(slot("a", 20, false)), claimed(slot("a", 20, false)));
    assertThat(next).contains(waiting.id());
  }

  @Test
  void aWarmUpPhaseWithoutStepsIsKeptAsReported() {
    accept(job());
    Claim claim = queue.claim(slot("a"), NOON).orElseThrow();
    var encoding = new Progress(AttemptPhase.ENCODING_TEXT, null, 0, 4, 2);
    queue.heartbeat(claim.attemptId(), 1, encoding, NOON);

    assertThat(queue.events(claim.job().id(), 2, 1).getFirst().progress()).isEqualTo(encoding);
  }

  private String claimed(ClaimRequest request) {
    return queue.claim(request, NOON).orElseThrow().job().id();
  }

  private Job accept(NewJob job) {
    return accept(job, NOON);
  }

  private Job accept(NewJob job, Instant at) {
    return ((Submission.Accepted) queue.submit(job, at)).job();
  }

  private static NewJob limited(String key, long limit) {
    NewJob plain = job();
    return new NewJob(
        plain.tenant(),
        plain.service(),
        plain.model(),
        plain.priority(),
        plain.parameters(),
        null,
        null,
        key,
        plain.requestHash(),
        plain.cost(),
        plain.weight(),
        plain.deadline(),
        limit,
        plain.traceId());
  }
}

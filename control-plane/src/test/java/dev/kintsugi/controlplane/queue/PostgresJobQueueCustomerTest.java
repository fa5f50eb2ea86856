package dev.kintsugi.controlplane.queue;

import static dev.kintsugi.controlplane.testkit.TestJobs.NOON;
import static dev.kintsugi.controlplane.testkit.TestJobs.SERVICE;
import static dev.kintsugi.controlplane.testkit.TestJobs.job;
import static dev.kintsugi.controlplane.testkit.TestJobs.result;
import static dev.kintsugi.controlplane.testkit.TestJobs.slot;
import static dev.kintsugi.controlplane.testkit.TestJobs.step;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.controlplane.testkit.TestDatabase;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.video.Priority;
import dev.kintsugi.protocol.video.VideoStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PostgresJobQueueCustomerTest {

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

    assertThat(queue.lateWaiting(deadline.minusSeconds(1), 10)).isEmpty();
    assertThat(queue.lateWaiting(deadline, 10)).extracting(Job::id).containsExactly(waiting.id());
    var late = new NextStep.GiveUp(ErrorCode.DEADLINE_EXCEEDED, "too late");
    assertThat(queue.endWaiting(waiting.id(), late, deadline)).isPresent();
    assertThat(queue.endWaiting(waiting.id(), late, deadline)).isEmpty();
    assertThat(queue.endWaiting(running.id(), late, deadline)).isEmpty();

    assertThat(queue.find(waiting.id()).orElseThrow().error().code())
        .isEqualTo("deadline_exceeded");
    assertThat(queue.find(running.id()).orElseThrow().status()).isEqualTo(VideoStatus.IN_PROGRESS);
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

    // The second of them has the waiting job's tag, and equal tags of one instant have no order.
    ClaimRequest slot = slot("a", 20, false);
    List<String> next = List.of(claimed(slot), claimed(slot), claimed(slot));
    assertThat(next).contains(waiting.id());
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

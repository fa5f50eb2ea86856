package dev.kintsugi.controlplane.queue;

import static dev.kintsugi.controlplane.testkit.TestJobs.LEASE;
import static dev.kintsugi.controlplane.testkit.TestJobs.NOON;
import static dev.kintsugi.controlplane.testkit.TestJobs.SERVICE;
import static dev.kintsugi.controlplane.testkit.TestJobs.again;
import static dev.kintsugi.controlplane.testkit.TestJobs.giveUp;
import static dev.kintsugi.controlplane.testkit.TestJobs.job;
import static dev.kintsugi.controlplane.testkit.TestJobs.nodeLost;
import static dev.kintsugi.controlplane.testkit.TestJobs.result;
import static dev.kintsugi.controlplane.testkit.TestJobs.slot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.controlplane.testkit.TestDatabase;
import dev.kintsugi.core.admission.Size;
import dev.kintsugi.core.recovery.Plan;
import dev.kintsugi.core.recovery.Rung;
import dev.kintsugi.protocol.video.VideoStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What recovery keeps in the queue. */
class PostgresRecoveryTest {

  private static final Instant LATER = NOON.plusSeconds(10);

  private final TestDatabase database = TestDatabase.create();
  private final List<Job> ended = new ArrayList<>();
  private final JobQueue queue =
      new PostgresJobQueue(database.transactions(), List.of(), List.of(ended::add));
  private Claim claim;

  @BeforeEach
  void aRunningJob() {
    queue.submit(job(), NOON);
    claim = queue.claim(slot("a"), NOON).orElseThrow();
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void theNextAttemptIsWhatWasPlanned() {
    Plan plan =
        new Plan(
            Rung.FEWER_STEPS,
            new Size(64, 48),
            9,
            2,
            8,
            true,
            true,
            "low",
            new Plan.Checkpoint(1, "c", "d"));
    fail(new NextStep.Again(plan, NOON, Set.of(), NOON));
    Claim next = queue.claim(slot("b"), NOON).orElseThrow();
    assertThat(next.job().plan()).isEqualTo(plan);
    assertThat(next.attempt().plan()).isEqualTo(plan);
    assertThat(queue.find(claim.job().id()).orElseThrow().plan()).isEqualTo(plan);

    Plan other = plan.resumed(null);
    assertThat(queue.replan(next.attemptId(), next.fence(), other)).isTrue();
    assertThat(queue.replan(next.attemptId(), next.fence() - 1, plan)).isFalse();
    assertThat(queue.attempts(claim.job().id()))
        .extracting(Attempt::plan)
        .containsExactly(null, other);
    assertThat(queue.attempts(claim.job().id()).getFirst().attribution()).isEqualTo("NODE");
  }

  @Test
  void aSlotMayLeaveJobsToOthersThatFailedOnARevision() {
    fail(again(NOON));
    assertThat(queue.claim(leaving("r2", "r1", "r2"), NOON)).isEmpty();
    assertThat(queue.claim(leaving("r2", "r2"), NOON)).isPresent();
  }

  @Test
  void everyRevisionThatAJobFailedOnIsRemembered() {
    fail(again(NOON));
    claim = queue.claim(leaving("r2"), NOON).orElseThrow();
    fail(again(NOON));
    assertThat(queue.claim(leaving("r3", "r1"), NOON)).isEmpty();
    assertThat(queue.claim(leaving("r3", "r2"), NOON)).isEmpty();
    queue.submit(job(), NOON);
    Claim fresh = queue.claim(leaving("r3", "r1", "r2"), NOON).orElseThrow();
    assertThat(fresh.job().id()).isNotEqualTo(claim.job().id());
    assertThat(queue.claim(leaving("r3"), NOON).orElseThrow().job().id())
        .isEqualTo(claim.job().id());
  }

  private static ClaimRequest leaving(String revision, String... notFailedOn) {
    return new ClaimRequest(
        SERVICE,
        revision,
        "b-" + revision,
        false,
        8,
        LEASE,
        "replica-1",
        Set.of(notFailedOn),
        "",
        null,
        null);
  }

  @Test
  void anAvoidedNodeGetsTheJobOnlyAfterItsTime() {
    fail(again(NOON, Set.of("a", "c"), LATER));
    assertThat(queue.claim(slot("a"), NOON)).isEmpty();
    assertThat(queue.claim(slot("c"), LATER.minusMillis(1))).isEmpty();
    assertThat(queue.claim(slot("b"), NOON)).isPresent();
  }

  @Test
  void theOnlyNodeGetsItWhenTheTimeIsOver() {
    fail(again(NOON, Set.of("a"), LATER));
    assertThat(queue.claim(slot("a"), LATER)).isPresent();
  }

  @Test
  void anAvoidedNodeStillGetsOtherJobs() {
    fail(again(NOON, Set.of("a"), LATER));
    queue.submit(job(), NOON);
    assertThat(queue.claim(slot("a"), NOON).orElseThrow().job().id())
        .isNotEqualTo(claim.job().id());
  }

  @Test
  void aCheckpointIsKeptByTheHolderOnlyAndUntilTheJobEnds() {
    SavedCheckpoint saved = new SavedCheckpoint(2, 9, "f".repeat(64), "digest", null);
    assertThat(queue.checkpoint(claim.attemptId(), claim.fence() - 1, saved, NOON)).isFalse();
    assertThat(queue.checkpoint(claim.attemptId(), claim.fence(), saved, NOON)).isTrue();
    fail(again(NOON));
    assertThat(queue.checkpoint(claim.attemptId(), claim.fence(), saved, NOON)).isFalse();
    assertThat(queue.checkpoint(claim.job().id())).contains(saved);
    assertThat(queue.artifactsInUse(List.of(saved.sha256()), NOON)).hasSize(1);

    queue.cancel("default", claim.job().id(), NOON);
    assertThat(queue.checkpoint(claim.job().id())).isEmpty();
    assertThat(queue.artifactsInUse(List.of(saved.sha256()), NOON)).isEmpty();
  }

  @Test
  void anAttemptMayFailAndItsJobCompleteInOneStep() {
    Failing failing = fail(new NextStep.Answer(result()));
    assertThat(failing).isInstanceOf(Failing.Answered.class);
    Job job = queue.find(claim.job().id()).orElseThrow();
    assertThat(job.status()).isEqualTo(VideoStatus.COMPLETED);
    assertThat(Objects.requireNonNull(job.result()).artifacts()).hasSize(2);
    assertThat(queue.artifactsInUse(List.of("a".repeat(64)), NOON)).hasSize(1);
    assertThat(queue.attempts(job.id())).extracting(Attempt::outcome).containsExactly("NODE_LOST");
    assertThat(queue.events(job.id(), 0, 10).getLast().status()).isEqualTo(VideoStatus.COMPLETED);
  }

  @Test
  void aWaitingJobIsAnsweredOnce() {
    fail(again(NOON));
    NextStep answer = new NextStep.Answer(result());
    assertThat(queue.endWaiting(claim.job().id(), answer, NOON)).isPresent();
    assertThat(queue.endWaiting(claim.job().id(), answer, NOON)).isEmpty();
    assertThat(queue.claim(slot("b"), NOON)).isEmpty();
    assertThat(ended).hasSize(1);
  }

  @Test
  void aClipIsFoundAgainByItsTemplateForItsTenantWhileItsFilesAreKept() {
    Reusable made = new Reusable("w1", "t");
    Result result = result();
    queue.complete(
        claim.attemptId(),
        claim.fence(),
        new Result(
            result.delivered(),
            result.stageDurations(),
            result.artifacts(),
            1,
            Duration.ofHours(1),
            null,
            made),
        NOON);
    String service = claim.job().service();
    Reusable wanted = new Reusable("w2", "t");
    assertThat(queue.reusable("default", service, wanted, NOON))
        .get()
        .extracting(Job::id)
        .isEqualTo(claim.job().id());
    assertThat(queue.reusable("acme", service, wanted, NOON)).isEmpty();
    assertThat(queue.reusable("default", "studio/other", wanted, NOON)).isEmpty();
    assertThat(queue.reusable("default", service, new Reusable("w1", "u"), NOON)).isEmpty();
    Instant expired = NOON.plus(Duration.ofHours(1));
    assertThat(queue.reusable("default", service, wanted, expired)).isEmpty();
    assertThat(queue.forgetReusable(expired, 10)).isZero();
    assertThat(queue.forgetReusable(expired.plusSeconds(1), 10)).isEqualTo(1);
  }

  @Test
  void aDeletedClipIsNotFoundAgain() {
    Result result = result();
    queue.complete(
        claim.attemptId(),
        claim.fence(),
        new Result(
            result.delivered(),
            result.stageDurations(),
            result.artifacts(),
            1,
            Duration.ofHours(1),
            null,
            new Reusable("w", "t")),
        NOON);
    queue.delete("default", claim.job().id(), NOON);
    assertThat(queue.reusable("default", claim.job().service(), new Reusable("w", "t"), NOON))
        .isEmpty();
  }

  /** Completed, answered, failed, cancelled: each end is told once, a repeated call tells none. */
  @Test
  void everyEndIsToldOnce() {
    queue.complete(claim.attemptId(), claim.fence(), result(), NOON);
    queue.complete(claim.attemptId(), claim.fence(), result(), NOON);
    next();
    fail(giveUp());
    fail(giveUp());
    next();
    fail(again(NOON));
    queue.cancel("default", claim.job().id(), NOON);
    queue.cancel("default", claim.job().id(), NOON);
    assertThat(ended)
        .extracting(Job::status)
        .containsExactly(VideoStatus.COMPLETED, VideoStatus.FAILED, VideoStatus.FAILED);
  }

  private void next() {
    queue.submit(job(), NOON);
    claim = queue.claim(slot("a"), NOON).orElseThrow();
  }

  private Failing fail(NextStep step) {
    return queue.fail(claim.attemptId(), claim.fence(), nodeLost(), step, NOON);
  }
}

package dev.kintsugi.controlplane.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.controlplane.cases.NewCase;
import dev.kintsugi.controlplane.queue.Attempt;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.testkit.FakeInferenceNode;
import dev.kintsugi.controlplane.testkit.TestJobs;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.metrics.JobCatalogue;
import dev.kintsugi.protocol.node.AttemptRequest;
import dev.kintsugi.protocol.node.FailureClass;
import dev.kintsugi.protocol.node.Render;
import dev.kintsugi.protocol.video.Video;
import dev.kintsugi.protocol.video.VideoStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each step of the ladder, taken for real by a replica and nodes that only count steps. */
class RecoveryLadderTest extends DispatchScenario {

  @Test
  void aBadClipIsMadeAgainOnItsNodeWithAnotherSeed() {
    List<FakeInferenceNode> nodes = List.of(fake(1, STEP), fake(1, STEP));
    nodes.forEach(node -> node.failNext(FailureClass.BLACK_FRAMES));
    fleet.node("pod-0", nodes.get(0)).node("pod-1", nodes.get(1));
    Replica replica = replica("a", database());
    Video.Delivered delivered = deliver(replica.queue(), Duration.ofMinutes(10));

    List<AttemptRequest> requests =
        nodes.stream()
            .map(FakeInferenceNode::requests)
            .filter(r -> !r.isEmpty())
            .toList()
            .getFirst();
    assertThat(requests).extracting(AttemptRequest::seed).hasSize(2).startsWith(7);
    assertThat(delivered.seed()).isEqualTo(requests.get(1).seed()).isNotEqualTo(7);
    assertThat(delivered.degraded()).isFalse();
    assertThat(delivered.ladderStep()).isEqualTo("new_seed");
    assertThat(delivered.reason()).contains("instead of 7").contains("BLACK_FRAMES");
    assertThat(replica.metric(JobCatalogue.RECOVERY_DECISIONS, "new_seed", "attempt_failed"))
        .isEqualTo(1);
    assertThat(replica.metric(JobCatalogue.JOBS_FINISHED, TestJobs.SERVICE, "completed"))
        .isEqualTo(1);
    await()
        .untilAsserted(
            () ->
                assertThat(replica.cases())
                    .extracting(NewCase::kind)
                    .containsExactly(NewCase.Kind.REJECTED_RESULT, NewCase.Kind.RECOVERED_FAULT));
    assertThat(replica.cases().getFirst().attribution()).isEqualTo("model_version");
  }

  @Test
  void aSickExpertIsWorkedAround() {
    FakeInferenceNode node = fake(1, STEP).expertIsSick("high");
    fleet.node("pod-0", node);
    Replica replica = replica("a", database());
    Video.Delivered delivered = deliver(replica.queue(), Duration.ofMinutes(10));

    assertThat(delivered.degraded()).isTrue();
    assertThat(delivered.ladderStep()).isEqualTo("around_expert");
    assertThat(delivered.substitutedExpert()).isEqualTo("high");
    assertThat(Objects.requireNonNull(node.requests().getLast().run()).avoidExpert())
        .isEqualTo("high");
    assertThat(
            replica.metric(JobCatalogue.JOBS_FINISHED, TestJobs.SERVICE, "degraded_around_expert"))
        .isEqualTo(1);
  }

  @Test
  void aNodeWithoutAUsableExpertRunsTheSmallerModelOnlyWhereNoOtherNodeIsSound() {
    FakeInferenceNode sick = fake(1, STEP).expertsAreQuarantined().withLite();
    FakeInferenceNode sound = fake(1, STEP);
    fleet.node("pod-0", sick);
    JobQueue queue = replica("a", database()).queue();
    assertThat(deliver(queue, Duration.ofMinutes(10)).ladderStep()).isEqualTo("lite_model");
    assertThat(sick.posts()).isEqualTo(1);

    fleet.node("pod-1", sound);
    await().until(() -> deliver(queue, Duration.ofMinutes(10)).ladderStep() == null);
    assertThat(sound.posts()).isEqualTo(1);
  }

  /** As asked, the job would take 92 s; what fits depends on the time that is left. */
  @ParameterizedTest
  @ResourceLock(TIME)
  @CsvSource({
    "60, false, fewer_steps, 64x48, 9, 2",
    "40, false, fewer_frames, 64x48, 5, 2",
    "20, false, smaller_size, 32x32, 9, 2",
    "8, true, lite_model, 64x48, 9, 4",
    "8, false, still_motion, 32x32, 9, 2",
  })
  void littleTimeChoosesTheStepThatFits(
      long seconds, boolean lite, String step, String size, int frames, int steps) {
    FakeInferenceNode node = fake(1, Duration.ofMillis(5)).claimsStepSeconds(30);
    fleet.node("pod-0", lite ? node.withLite() : node);
    Video.Delivered delivered =
        deliver(replica("a", database()).queue(), Duration.ofSeconds(seconds));

    assertThat(delivered.degraded()).isTrue();
    assertThat(delivered.ladderStep()).isEqualTo(step);
    assertThat(delivered.size()).isEqualTo(size);
    assertThat(delivered.numFrames()).isEqualTo(frames);
    assertThat(delivered.numInferenceSteps()).isEqualTo(steps);
    assertThat(delivered.attempts()).isEqualTo(1);
    AttemptRequest request = node.requests().getLast();
    assertThat(request.numInferenceSteps()).isEqualTo(steps);
    assertThat(request.numFrames()).isEqualTo(frames);
    assertThat(request.size()).isEqualTo(size);
    assertThat(request.model()).isEqualTo(lite ? "fake-lite" : "fake-model");
    assertThat(request.run() != null && request.run().render() == Render.STILL_MOTION)
        .isEqualTo(step.equals("still_motion"));
  }

  @Test
  void anEarlierClipOfTheSameTemplateAnswersItsOwnTenantOnly() {
    FakeInferenceNode node = fake(1, STEP);
    fleet.node("pod-0", node).ladder("cached_result", "fallback_clip");
    JobQueue queue = replica("a", database()).queue();
    String first = submit(queue);
    awaitStatus(queue, first, VideoStatus.COMPLETED);

    node.failAlways(FailureClass.NAN_LATENTS);
    var similar = TestJobs.parameters("A blue  ball!");
    String again = submit(queue, "default", similar, Duration.ofMinutes(10));
    String others = submit(queue, "acme", similar, Duration.ofMinutes(10));
    awaitCompleted(queue, List.of(again, others));

    Video.Delivered delivered = delivered(queue, again);
    assertThat(delivered.ladderStep()).isEqualTo("cached_result");
    assertThat(delivered.degraded()).isTrue();
    assertThat(delivered.reason()).contains(first).contains("NAN_LATENTS");
    assertThat(Objects.requireNonNull(job(queue, again).result()).artifacts())
        .isEqualTo(Objects.requireNonNull(job(queue, first).result()).artifacts());
    assertThat(delivered(queue, others).ladderStep()).isEqualTo("fallback_clip");
  }

  @Test
  void whatCannotBeMadeIsAnsweredByAClipThatSaysSo() throws Exception {
    fleet.node("pod-0", fake(1, Duration.ofMillis(5)).failAlways(FailureClass.FLICKER));
    Replica replica = replica("a", database());
    JobQueue queue = replica.queue();
    String id = submit(queue);
    awaitStatus(queue, id, VideoStatus.COMPLETED);
    await()
        .untilAsserted(
            () -> assertThat(replica.cases().getLast().kind()).isEqualTo(NewCase.Kind.DEGRADED));
    assertThat(replica.cases()).hasSize(8);

    Video.Delivered delivered = delivered(queue, id);
    assertThat(delivered.ladderStep()).isEqualTo("fallback_clip");
    assertThat(delivered.model()).isEqualTo("placeholder");
    assertThat(delivered.size()).isEqualTo("64x48");
    assertThat(delivered.reason()).startsWith("A drawn placeholder").contains("FLICKER");
    // As asked, seed, expert, steps, frames, size, still: no other node, no smaller model.
    assertThat(outcomes(queue, id)).hasSize(7).containsOnly(FailureClass.FLICKER.name());
    assertThat(Objects.requireNonNull(job(queue, id).result()).artifacts())
        .extracting(file -> file.variant())
        .containsExactly("video", "thumbnail", "spritesheet");
    for (var file : Objects.requireNonNull(job(queue, id).result()).artifacts()) {
      assertThat(Files.size(stored(file.sha256()))).isEqualTo(file.bytes());
    }
  }

  @Test
  @ResourceLock(TIME)
  void aJobThatWaitsInVainIsAnsweredBeforeItsDeadline() {
    JobQueue queue = replica("a", database()).queue();
    fleet.weight("r1", 100);
    String id = submit(queue, Duration.ofSeconds(4));
    awaitStatus(queue, id, VideoStatus.COMPLETED);

    Job job = job(queue, id);
    assertThat(job.completedAt()).isBefore(job.deadline());
    assertThat(delivered(queue, id).ladderStep()).isEqualTo("fallback_clip");
    assertThat(delivered(queue, id).attempts()).isZero();
    assertThat(delivered(queue, id).reason()).contains("deadline");
  }

  @Test
  void withTheLadderOffItFailsAtItsDeadline() {
    fleet.ladder();
    Replica replica = replica("a", database());
    String id = submit(replica.queue(), Duration.ofSeconds(1));
    awaitStatus(replica.queue(), id, VideoStatus.FAILED);
    assertThat(Objects.requireNonNull(job(replica.queue(), id).error()).code())
        .isEqualTo(ErrorCode.DEADLINE_EXCEEDED.wireName());
    assertThat(replica.metric(JobCatalogue.JOBS_FINISHED, TestJobs.SERVICE, "expired"))
        .isEqualTo(1);
  }

  @Test
  void aDeadlineThatWasPastBeforeTheJobBeganIsAnsweredToo() {
    fleet.node("pod-0", fake(1, STEP));
    JobQueue queue = replica("a", database()).queue();
    String id = submit(queue, Duration.ofSeconds(-60));
    awaitStatus(queue, id, VideoStatus.COMPLETED);
    assertThat(delivered(queue, id).ladderStep()).isEqualTo("fallback_clip");
  }

  @Test
  @ResourceLock(TIME)
  void anAttemptThatWouldBeLateIsStoppedAndAnswered() {
    FakeInferenceNode node = fake(1, STEP);
    node.hang();
    fleet.node("pod-0", node);
    JobQueue queue = replica("a", database()).queue();
    String id = submit(queue, Duration.ofSeconds(5));
    awaitStatus(queue, id, VideoStatus.COMPLETED);

    Job job = job(queue, id);
    assertThat(job.completedAt()).isBefore(job.deadline());
    assertThat(outcomes(queue, id)).containsExactly(FailureClass.TIMEOUT.name());
    assertThat(delivered(queue, id).ladderStep()).isEqualTo("fallback_clip");
    await().untilAsserted(() -> assertThat(node.running()).isEmpty());
  }

  @Test
  void theOnlyNodeIsNotTriedAgainBeforeItIsHeardOf() {
    FakeInferenceNode node = fake(1, SLOW_STEP);
    fleet.node("pod-0", node);
    JobQueue queue = replica("a", database()).queue();
    String id = submit(queue);
    awaitDenoising(queue, id);

    node.die();
    awaitStatus(queue, id, VideoStatus.QUEUED);
    await()
        .during(Duration.ofSeconds(2))
        .atMost(Duration.ofSeconds(5))
        .until(() -> job(queue, id).attempts() == 1);
    node.stepsTake(STEP);
    node.restart();
    awaitStatus(queue, id, VideoStatus.COMPLETED);
    assertThat(outcomes(queue, id))
        .containsExactly(FailureClass.NODE_LOST.name(), Attempt.COMPLETED);
  }

  @Test
  void anotherNodeGoesOnFromTheCheckpoint() {
    FakeInferenceNode first = fake(1, SLOW_STEP);
    FakeInferenceNode second = fake(1, STEP);
    fleet.node("pod-0", first);
    Replica replica = replica("a", database());
    JobQueue queue = replica.queue();
    String id = submit(queue);
    await().until(() -> queue.checkpoint(id).isPresent());

    fleet.node("pod-1", second);
    String kept = queue.checkpoint(id).orElseThrow().sha256();
    assertThat(queue.artifactsInUse(List.of(kept), Instant.now())).containsExactly(kept);
    first.die();
    awaitStatus(queue, id, VideoStatus.COMPLETED);

    AttemptRequest resumed = second.requests().getFirst();
    assertThat(resumed.seed()).isEqualTo(7);
    assertThat(Objects.requireNonNull(resumed.run()).resumeFrom()).isNotNull();
    assertThat(replica.metric(JobCatalogue.CHECKPOINTS, "resumed")).isEqualTo(1);
    assertThat(delivered(queue, id).degraded()).isFalse();
    assertThat(delivered(queue, id).ladderStep()).isEqualTo("other_node");
    assertThat(queue.checkpoint(id)).isEmpty();
    assertThat(queue.artifactsInUse(List.of(kept), Instant.now())).isEmpty();
  }

  @Test
  @ResourceLock(TIME)
  void aReclaimedNodeHandsItsJobOverByItsCheckpoint() {
    FakeInferenceNode reclaimed = fake(1, SLOW_STEP);
    FakeInferenceNode second = fake(1, STEP);
    fleet.node("pod-0", reclaimed);
    Replica replica = replica("a", database());
    JobQueue queue = replica.queue();
    String id = submit(queue);
    await().until(() -> queue.checkpoint(id).isPresent());
    fleet.node("pod-1", second);

    fleet.stops("pod-0", Instant.now().plusSeconds(5));

    awaitStatus(queue, id, VideoStatus.COMPLETED);
    assertThat(outcomes(queue, id))
        .containsExactly(FailureClass.NODE_LOST.name(), Attempt.COMPLETED);
    assertThat(queue.attempts(id).getFirst().message()).contains("before the node stops");
    assertThat(Objects.requireNonNull(second.requests().getFirst().run()).resumeFrom()).isNotNull();
    assertThat(replica.metric(JobCatalogue.CHECKPOINTS, "resumed")).isEqualTo(1);
    await().untilAsserted(() -> assertThat(reclaimed.running()).isEmpty());
  }

  @Test
  void aReclaimedNodeFinishesWhatItCan() {
    FakeInferenceNode reclaimed = fake(1, STEP);
    fleet.node("pod-0", reclaimed);
    JobQueue queue = replica("a", database()).queue();
    String id = submit(queue);
    awaitDenoising(queue, id);

    fleet.stops("pod-0", Instant.now().plusSeconds(60));

    awaitStatus(queue, id, VideoStatus.COMPLETED);
    assertThat(outcomes(queue, id)).containsExactly(Attempt.COMPLETED);
  }

  @Test
  void aNodeThatRefusesTheCheckpointBeginsAnewAndSaysSo() {
    FakeInferenceNode first = fake(1, SLOW_STEP);
    FakeInferenceNode second = fake(1, STEP).refusesCheckpoints();
    fleet.node("pod-0", first);
    Replica replica = replica("a", database());
    JobQueue queue = replica.queue();
    String id = submit(queue);
    await().until(() -> queue.checkpoint(id).isPresent());

    fleet.node("pod-1", second);
    first.die();
    awaitStatus(queue, id, VideoStatus.COMPLETED);
    assertThat(outcomes(queue, id))
        .containsExactly(FailureClass.NODE_LOST.name(), Attempt.COMPLETED);
    assertThat(second.requests().getFirst().run())
        .satisfiesAnyOf(
            run -> assertThat(run).isNull(), run -> assertThat(run.resumeFrom()).isNull());
    assertThat(delivered(queue, id).reason()).contains("Begun anew, not from step");
    assertThat(replica.metric(JobCatalogue.CHECKPOINTS, "refused")).isEqualTo(1);
  }

  @Test
  void framesThatCouldNotBeEncodedAreEncodedAgainWithoutDenoising() {
    FakeInferenceNode node = fake(1, STEP);
    node.failNext(FailureClass.ENCODE_FAILED);
    fleet.node("pod-0", node);
    JobQueue queue = replica("a", database()).queue();
    String id = submit(queue);
    awaitStatus(queue, id, VideoStatus.COMPLETED);
    assertThat(outcomes(queue, id)).containsExactly(Attempt.COMPLETED);
    assertThat(node.posts()).isEqualTo(1);
    assertThat(node.encodings()).isEqualTo(1);
  }

  @Test
  void anEncoderThatKeepsFailingCostsTheAttempt() {
    FakeInferenceNode node = fake(1, STEP);
    node.failNext(FailureClass.ENCODE_FAILED);
    node.failNext(FailureClass.ENCODE_FAILED);
    fleet.node("pod-0", node);
    JobQueue queue = replica("a", database()).queue();
    String id = submit(queue);
    awaitStatus(queue, id, VideoStatus.COMPLETED);
    assertThat(outcomes(queue, id))
        .containsExactly(FailureClass.ENCODE_FAILED.name(), Attempt.COMPLETED);
    assertThat(node.encodings()).isEqualTo(1);
  }

  @Test
  @ResourceLock(TIME)
  void aJobCancelledInMidRecoveryStopsAtTheNextStep() {
    FakeInferenceNode node = fake(1, SLOW_STEP);
    node.failNext(FailureClass.FLICKER);
    fleet.node("pod-0", node);
    JobQueue queue = replica("a", database()).queue();
    String id = submit(queue);
    await().until(() -> node.posts() == 2);

    queue.cancel("default", id, Instant.now());
    await()
        .atMost(SLOW_STEP.plusMillis(500))
        .pollInterval(Duration.ofMillis(10))
        .untilAsserted(() -> assertThat(node.running()).isEmpty());
    assertThat(job(queue, id).status()).isEqualTo(VideoStatus.FAILED);
    assertThat(outcomes(queue, id))
        .containsExactly(FailureClass.FLICKER.name(), FailureClass.CANCELLED.name());
    await()
        .during(Duration.ofSeconds(1))
        .atMost(Duration.ofSeconds(3))
        .until(() -> node.posts() == 2);
  }

  private static Video.Delivered deliver(JobQueue queue, Duration deadline) {
    String id = submit(queue, deadline);
    awaitStatus(queue, id, VideoStatus.COMPLETED);
    return delivered(queue, id);
  }

  private static Video.Delivered delivered(JobQueue queue, String id) {
    return Objects.requireNonNull(job(queue, id).result()).delivered();
  }

  private Path stored(String sha256) {
    return files.resolve(sha256.substring(0, 2)).resolve(sha256.substring(2, 4)).resolve(sha256);
  }
}

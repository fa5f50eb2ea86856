package dev.kintsugi.controlplane.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.controlplane.queue.Attempt;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.JobEvent;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.testkit.FakeInferenceNode;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.node.AttemptRequest;
import dev.kintsugi.protocol.node.FailureClass;
import dev.kintsugi.protocol.video.VideoStatus;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** One replica and its nodes. */
class DispatchTest extends DispatchScenario {

  @Test
  void aJobBecomesAStoredVideoAndTheNodeIsCleaned() throws Exception {
    FakeInferenceNode node = fake(1, STEP);
    fleet.node("pod-0", node);
    JobQueue queue = replica("a", database()).queue();

    String id = submit(queue);
    awaitStatus(queue, id, VideoStatus.COMPLETED);

    Job job = job(queue, id);
    var result = Objects.requireNonNull(job.result());
    assertThat(result.delivered().attempts()).isEqualTo(1);
    assertThat(result.delivered().degraded()).isFalse();
    assertThat(result.delivered().reason()).isNull();
    String sha256 = result.artifacts().getFirst().sha256();
    var file = files.resolve(sha256.substring(0, 2)).resolve(sha256.substring(2, 4));
    assertThat(Files.readString(file.resolve(sha256), StandardCharsets.UTF_8))
        .isEqualTo("made-up video of a red ball with seed 7");
    assertThat(queue.events(id, 0, 100))
        .extracting(JobEvent::progress)
        .filteredOn(Objects::nonNull)
        .filteredOn(progress -> "high".equals(progress.expert()))
        .extracting(progress -> progress.step())
        .isSorted()
        .contains(1, 2, 3, 4);
    await().untilAsserted(() -> assertThat(node.known()).isEmpty());
  }

  /** The queue is looked at once a second here, so only the bell can be this fast. */
  @Test
  @ResourceLock(TIME)
  void anIdleSystemStartsAJobInLessThan300Milliseconds() {
    fleet.node("pod-0", fake(1, Duration.ofMillis(5)));
    JobQueue queue = replica("a", database()).queue();
    awaitStatus(queue, submit(queue), VideoStatus.COMPLETED);

    List<Duration> waits = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      Instant submitted = Instant.now();
      String id = submit(queue);
      awaitStatus(queue, id, VideoStatus.COMPLETED);
      waits.add(Duration.between(submitted, job(queue, id).startedAt()));
    }
    waits.sort(Comparator.naturalOrder());
    assertThat(waits.get(2)).isLessThan(Duration.ofMillis(300));
  }

  @Test
  void aNodeThatDiesInMidStepLosesNoJobAndTheAttemptSaysWhy() {
    FakeInferenceNode first = fake(1, SLOW_STEP);
    fleet.node("pod-0", first);
    JobQueue queue = replica("a", database()).queue();
    String id = submit(queue);
    awaitDenoising(queue, id);

    fleet.node("pod-1", fake(1, STEP));
    first.die();
    awaitStatus(queue, id, VideoStatus.COMPLETED);

    List<Attempt> attempts = queue.attempts(id);
    assertThat(attempts)
        .extracting(Attempt::outcome)
        .containsExactly(FailureClass.NODE_LOST.name(), Attempt.COMPLETED);
    assertThat(attempts.getFirst().message()).contains("gone");
    assertThat(attempts.get(1).nodeId()).isEqualTo("studio/pod-1");
    assertThat(Objects.requireNonNull(job(queue, id).result()).delivered().reason())
        .contains("attempt 1 on studio/pod-0")
        .contains("NODE_LOST");
  }

  @Test
  void aNodeThatRestartsInMidStepGetsTheJobAgain() {
    FakeInferenceNode node = fake(1, SLOW_STEP);
    fleet.node("pod-0", node);
    JobQueue queue = replica("a", database()).queue();
    String id = submit(queue);
    awaitDenoising(queue, id);

    node.die();
    node.stepsTake(STEP);
    node.restart();
    awaitStatus(queue, id, VideoStatus.COMPLETED);
    assertThat(outcomes(queue, id))
        .containsExactly(FailureClass.NODE_LOST.name(), Attempt.COMPLETED);
  }

  @Test
  void aBrokenStreamIsResumedWithoutAnotherAttempt() {
    FakeInferenceNode node = fake(1, SLOW_STEP);
    fleet.node("pod-0", node);
    JobQueue queue = replica("a", database()).queue();
    String id = submit(queue);
    awaitDenoising(queue, id);

    node.breakStreams();
    node.stepsTake(STEP);
    awaitStatus(queue, id, VideoStatus.COMPLETED);
    assertThat(outcomes(queue, id)).containsExactly(Attempt.COMPLETED);
    assertThat(node.posts()).isEqualTo(1);
  }

  @Test
  void aNodeThatFallsSilentIsGivenUpAndItsLateAnswerChangesNothing() {
    FakeInferenceNode first = fake(1, SLOW_STEP);
    fleet.node("pod-0", first);
    JobQueue queue = replica("a", database()).queue();
    String id = submit(queue);
    awaitDenoising(queue, id);

    fleet.node("pod-1", fake(1, STEP));
    first.fallSilent();
    awaitStatus(queue, id, VideoStatus.COMPLETED);
    first.speakAgain();

    assertThat(outcomes(queue, id))
        .containsExactly(FailureClass.NODE_LOST.name(), Attempt.COMPLETED);
    assertThat(queue.attempts(id).getFirst().message()).contains("silent");
    await().untilAsserted(() -> assertThat(first.running()).isEmpty());
    assertThat(outcomes(queue, id)).hasSize(2);
  }

  @Test
  void anAttemptThatStopsMovingIsStoppedAsStalledAndTriedElsewhere() {
    FakeInferenceNode first = fake(1, SLOW_STEP);
    fleet.node("pod-0", first);
    JobQueue queue = replica("a", database()).queue();
    String id = submit(queue);
    awaitDenoising(queue, id);

    fleet.node("pod-1", fake(1, STEP));
    first.hang();
    awaitStatus(queue, id, VideoStatus.COMPLETED);
    assertThat(outcomes(queue, id)).containsExactly(FailureClass.STALLED.name(), Attempt.COMPLETED);
    assertThat(first.cancelled()).hasSize(1);
    assertThat(queue.attempts(id).getFirst().message()).contains("no change in phase denoising");
  }

  @Test
  @ResourceLock(TIME)
  void aCancelledJobStopsAtTheNodeWithinOneStep() {
    FakeInferenceNode node = fake(1, SLOW_STEP);
    fleet.node("pod-0", node);
    JobQueue queue = replica("a", database()).queue();
    String id = submit(queue);
    awaitDenoising(queue, id);

    queue.cancel("default", id, Instant.now());
    await()
        .atMost(SLOW_STEP.plusMillis(300))
        .pollInterval(Duration.ofMillis(10))
        .untilAsserted(() -> assertThat(node.running()).isEmpty());
    assertThat(job(queue, id).status()).isEqualTo(VideoStatus.FAILED);
    assertThat(outcomes(queue, id)).containsExactly(FailureClass.CANCELLED.name());
  }

  @Test
  void alteredBytesAreFetchedAgainAndNeverDelivered() {
    FakeInferenceNode node = fake(1, STEP);
    node.corruptNext(2);
    fleet.node("pod-0", node);
    JobQueue queue = replica("a", database()).queue();
    String id = submit(queue);
    awaitStatus(queue, id, VideoStatus.COMPLETED);
    assertThat(outcomes(queue, id)).containsExactly(Attempt.COMPLETED);
  }

  @Test
  void bytesThatStayAlteredEndTheAttemptNotTheJob() {
    FakeInferenceNode node = fake(1, STEP);
    node.corruptNext(3);
    fleet.node("pod-0", node);
    JobQueue queue = replica("a", database()).queue();
    String id = submit(queue);
    awaitStatus(queue, id, VideoStatus.COMPLETED);
    assertThat(outcomes(queue, id))
        .containsExactly(FailureClass.UPLOAD_FAILED.name(), Attempt.COMPLETED);
  }

  @Test
  void aRefusalSendsTheJobBackWithoutBlame() {
    FakeInferenceNode node = fake(1, STEP);
    node.refuseNext(ErrorCode.DRAINING);
    node.refuseNext(ErrorCode.NO_FREE_SLOT);
    fleet.node("pod-0", node);
    JobQueue queue = replica("a", database()).queue();
    String id = submit(queue);
    awaitStatus(queue, id, VideoStatus.COMPLETED);
    assertThat(outcomes(queue, id))
        .containsExactly(FailureClass.NODE_LOST.name(), Attempt.COMPLETED);
  }

  @Test
  void aFaultOfItsOwnIsTriedOnAnotherNodeAndWithoutALadderEndsTheJob() {
    FakeInferenceNode first = fake(1, STEP).failAlways(FailureClass.OOM);
    FakeInferenceNode second = fake(1, STEP);
    fleet.node("pod-0", first).node("pod-1", second).ladder("new_seed", "other_node");
    JobQueue queue = replica("a", database()).queue();
    String id = submit(queue);
    awaitStatus(queue, id, VideoStatus.COMPLETED);
    assertThat(queue.attempts(id))
        .extracting(Attempt::nodeId)
        .containsExactly("studio/pod-0", "studio/pod-0", "studio/pod-1");

    second.failAlways(FailureClass.NAN_LATENTS);
    String hopeless = submit(queue);
    awaitStatus(queue, hopeless, VideoStatus.FAILED);
    assertThat(outcomes(queue, hopeless)).hasSize(3);
    assertThat(Objects.requireNonNull(job(queue, hopeless).error()).code())
        .isEqualTo(ErrorCode.GENERATION_FAILED.wireName());
  }

  @Test
  void anOrphanIsCancelledAfterItsGrace() {
    FakeInferenceNode node = fake(1, SLOW_STEP);
    node.hang();
    node.startOrphan(orphan());
    fleet.node("pod-0", node);
    JobQueue queue = replica("a", database()).queue();
    String id = submit(queue);

    await().untilAsserted(() -> assertThat(node.cancelled()).containsExactly("orphan"));
    node.stepsTake(STEP);
    awaitStatus(queue, id, VideoStatus.COMPLETED);
  }

  @Test
  void aDrainingNodeFinishesWhatItRunsAndGetsNothingNew() {
    FakeInferenceNode first = fake(1, SLOW_STEP);
    FakeInferenceNode second = fake(1, STEP);
    fleet.node("pod-0", first);
    JobQueue queue = replica("a", database()).queue();
    String running = submit(queue);
    awaitDenoising(queue, running);

    fleet.node("pod-0", first, "r1", true).node("pod-1", second);
    List<String> later = submit(queue, 4);
    awaitCompleted(queue, later);
    awaitStatus(queue, running, VideoStatus.COMPLETED);
    assertThat(first.posts()).isEqualTo(1);
    assertThat(second.posts()).isEqualTo(4);
    assertThat(outcomes(queue, running)).containsExactly(Attempt.COMPLETED);
  }

  @Test
  void aRemovedNodeThatIsGoneCostsNoWaiting() {
    FakeInferenceNode first = fake(1, SLOW_STEP);
    fleet.node("pod-0", first);
    JobQueue queue = replica("a", database()).queue();
    String id = submit(queue);
    awaitDenoising(queue, id);

    first.fallSilent();
    fleet.remove("pod-0").node("pod-1", fake(1, STEP));
    first.breakStreams();
    awaitStatus(queue, id, VideoStatus.COMPLETED);
    assertThat(queue.attempts(id).getFirst().message()).contains("removed");
  }

  @Test
  void twoRevisionsShareByWeight() {
    fleet
        .weight("r1", 75)
        .weight("r2", 25)
        .node("pod-0", fake(2, Duration.ofMillis(10)))
        .node("pod-1", fake(1, Duration.ofMillis(10)), "r2", false);
    JobQueue queue = replica("a", database()).queue();
    List<String> ids = submit(queue, 40);
    awaitCompleted(queue, ids);
    long canary =
        ids.stream()
            .flatMap(id -> queue.attempts(id).stream())
            .filter(attempt -> attempt.revision().equals("r2"))
            .count();
    assertThat(canary).isBetween(7L, 10L);
  }

  private static AttemptRequest orphan() {
    return new AttemptRequest(
        "orphan", "m", "nobody asked", null, "64x48", 9, 8, 4, 5.0, null, null, 1, null, null);
  }
}

package dev.kintsugi.controlplane.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.controlplane.queue.Attempt;
import dev.kintsugi.controlplane.queue.Claim;
import dev.kintsugi.controlplane.queue.ClaimRequest;
import dev.kintsugi.controlplane.queue.Completion;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.queue.PostgresJobQueue;
import dev.kintsugi.controlplane.queue.StaleReason;
import dev.kintsugi.controlplane.testkit.FakeInferenceNode;
import dev.kintsugi.controlplane.testkit.TestDatabase;
import dev.kintsugi.controlplane.testkit.TestJobs;
import dev.kintsugi.protocol.node.FailureClass;
import dev.kintsugi.protocol.video.VideoStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Several replicas on one database. */
class ReplicasTest extends DispatchScenario {

  @Test
  void anAttemptOfAKilledReplicaIsAdoptedNotRedone() {
    TestDatabase database = database();
    FakeInferenceNode node = fake(1, Duration.ofSeconds(1));
    fleet.node("pod-0", node);
    Replica first = replica("first", database);
    String id = submit(first.queue());
    awaitDenoising(first.queue(), id);

    Replica second = replica("second", database);
    first.kill();
    awaitStatus(second.queue(), id, VideoStatus.COMPLETED);

    assertThat(outcomes(second.queue(), id)).containsExactly(Attempt.COMPLETED);
    assertThat(second.queue().attempts(id).getFirst().replica()).isEqualTo("second");
    assertThat(node.posts()).isEqualTo(1);
  }

  @Test
  @ResourceLock(TIME)
  void aReplicaThatStartsAgainUnderItsNameNeedNotWaitForItsOwnLease() {
    TestDatabase database = database();
    FakeInferenceNode node = fake(1, Duration.ofSeconds(1));
    fleet.node("pod-0", node);
    Replica before = replica("same", database);
    String id = submit(before.queue());
    awaitDenoising(before.queue(), id);
    long fence = live(before.queue()).fence();
    before.kill();

    JobQueue queue = replica("same", database).queue();
    await()
        .atMost(Replica.LEASE.minusMillis(500))
        .untilAsserted(() -> assertThat(live(queue).fence()).isEqualTo(fence + 1));
    awaitStatus(queue, id, VideoStatus.COMPLETED);
    assertThat(node.posts()).isEqualTo(1);
  }

  @Test
  void anAttemptThatEndedWhileNobodyWatchedIsAdoptedToo() {
    TestDatabase database = database();
    FakeInferenceNode node = fake(1, SLOW_STEP);
    fleet.node("pod-0", node);
    Replica first = replica("first", database);
    String id = submit(first.queue());
    awaitDenoising(first.queue(), id);
    first.kill();
    await().untilAsserted(() -> assertThat(node.running()).isEmpty());

    Replica second = replica("second", database);
    awaitStatus(second.queue(), id, VideoStatus.COMPLETED);
    assertThat(outcomes(second.queue(), id)).containsExactly(Attempt.COMPLETED);
    assertThat(node.posts()).isEqualTo(1);
  }

  @Test
  void anAttemptThatDiedWithItsReplicaIsDoneAgain() {
    TestDatabase database = database();
    FakeInferenceNode node = fake(1, SLOW_STEP);
    fleet.node("pod-0", node);
    Replica first = replica("first", database);
    String id = submit(first.queue());
    awaitDenoising(first.queue(), id);
    first.kill();
    node.die();
    node.stepsTake(STEP);
    node.restart();

    Replica second = replica("second", database);
    awaitStatus(second.queue(), id, VideoStatus.COMPLETED);
    assertThat(outcomes(second.queue(), id))
        .containsExactly(FailureClass.NODE_LOST.name(), Attempt.COMPLETED);
    assertThat(second.queue().attempts(id).getFirst().message())
        .contains("the node does not have the attempt");
  }

  @Test
  @ResourceLock(TIME)
  void aStoppingReplicaHandsItsAttemptsOverAtOnce() {
    TestDatabase database = database();
    FakeInferenceNode node = fake(1, Duration.ofSeconds(1));
    fleet.node("pod-0", node);
    Replica first = replica("first", database);
    Replica second = replica("second", database);
    String id = submit(first.queue());
    awaitDenoising(first.queue(), id);
    String holder = live(second.queue()).replica();

    (holder.equals("first") ? first : second).stop();
    JobQueue left = (holder.equals("first") ? second : first).queue();
    await()
        .atMost(Replica.LEASE.minusMillis(500))
        .untilAsserted(() -> assertThat(live(left).replica()).isNotEqualTo(holder));
    awaitStatus(left, id, VideoStatus.COMPLETED);
    assertThat(outcomes(left, id)).containsExactly(Attempt.COMPLETED);
    assertThat(node.posts()).isEqualTo(1);
  }

  @Test
  void slotsAreNeverExceededByTwoDispatchers() {
    TestDatabase database = database();
    FakeInferenceNode two = fake(2, Duration.ofMillis(20));
    FakeInferenceNode one = fake(1, Duration.ofMillis(20));
    fleet.node("pod-0", two).node("pod-1", one);
    Replica first = replica("first", database);
    Replica second = replica("second", database);
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      ids.add(submit(first.queue()));
      ids.add(submit(second.queue()));
    }
    awaitCompleted(first.queue(), ids);
    assertThat(two.mostAtOnce()).isEqualTo(2);
    assertThat(one.mostAtOnce()).isEqualTo(1);
    assertThat(ids)
        .allSatisfy(
            id -> assertThat(outcomes(first.queue(), id)).containsExactly(Attempt.COMPLETED));
    assertThat(two.posts() + one.posts()).isEqualTo(40);
  }

  @Test
  void twentyJobsSurviveTheDeathOfOneOfTwoReplicas() {
    TestDatabase database = database();
    FakeInferenceNode node = fake(2, Duration.ofMillis(100));
    fleet.node("pod-0", node);
    Replica first = replica("first", database);
    Replica second = replica("second", database);
    List<String> ids = submit(first.queue(), 20);
    awaitDenoising(second.queue(), ids.getFirst());
    first.kill();

    awaitCompleted(second.queue(), ids);
    assertThat(ids)
        .allSatisfy(
            id ->
                assertThat(outcomes(second.queue(), id))
                    .filteredOn(Attempt.COMPLETED::equals)
                    .hasSize(1));
    assertThat(database.number("SELECT count(*) FROM job WHERE status = 'completed'"))
        .isEqualTo(20);
  }

  @Test
  void aStaleWorkerIsRefusedByItsFencingNumber() {
    TestDatabase database = database();
    FakeInferenceNode node = fake(1, STEP);
    JobQueue queue = new PostgresJobQueue(database.transactions());
    String id = submit(queue);
    Claim stale =
        queue
            .claim(
                new ClaimRequest(
                    TestJobs.SERVICE,
                    "r1",
                    "studio/pod-0",
                    false,
                    1,
                    Duration.ofMillis(1),
                    "asleep"),
                Instant.now())
            .orElseThrow();
    fleet.node("pod-0", node);
    Replica awake = replica("awake", database);
    awaitStatus(awake.queue(), id, VideoStatus.COMPLETED);

    Completion late =
        queue.complete(stale.attemptId(), stale.fence(), TestJobs.result(), Instant.now());
    assertThat(late).isEqualTo(new Completion.Stale(StaleReason.ENDED));
    assertThat(outcomes(queue, id))
        .containsExactly(FailureClass.NODE_LOST.name(), Attempt.COMPLETED);
  }

  private static Attempt live(JobQueue queue) {
    return Optional.of(queue.liveOnNode("studio/pod-0"))
        .filter(attempts -> attempts.size() == 1)
        .map(List::getFirst)
        .orElseThrow();
  }
}

package dev.kintsugi.controlplane.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.controlplane.queue.Attempt;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.JobParameters;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.queue.NewJob;
import dev.kintsugi.controlplane.queue.Submission;
import dev.kintsugi.controlplane.testkit.FakeInferenceNode;
import dev.kintsugi.controlplane.testkit.TestDatabase;
import dev.kintsugi.controlplane.testkit.TestJobs;
import dev.kintsugi.protocol.video.Priority;
import dev.kintsugi.protocol.video.VideoStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.ResourceLockTarget;

/**
 * A database, nodes and replicas, and what tests ask of them. Tests share nothing and mostly wait
 * for leases, steps and backoff, so several run at once; those that have little time run alone.
 */
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock(
    value = DispatchScenario.TIME,
    mode = ResourceAccessMode.READ,
    target = ResourceLockTarget.CHILDREN)
abstract class DispatchScenario {

  /** Of tests that run alone, because they measure one or have little. */
  static final String TIME = "time";

  static final Duration STEP = Duration.ofMillis(50);
  static final Duration SLOW_STEP = Duration.ofMillis(400);

  @TempDir Path files;

  final TestFleet fleet = new TestFleet();
  private final List<AutoCloseable> toClose = new ArrayList<>();

  /** Newest first: replicas end before the nodes they talk to, those before the database. */
  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : toClose.reversed()) {
      each.close();
    }
  }

  <T extends AutoCloseable> T closing(T resource) {
    toClose.add(resource);
    return resource;
  }

  TestDatabase database() {
    return closing(TestDatabase.create());
  }

  FakeInferenceNode fake(int slots, Duration step) {
    return closing(new FakeInferenceNode(slots, step));
  }

  Replica replica(String name, TestDatabase database) {
    return started(new Replica(name, database.transactions(), fleet, files));
  }

  /**
   * Waits until it knows all nodes and chooses among all of them: its first choice must not depend
   * on who spoke first, and a round that began earlier may still be choosing.
   */
  Replica started(Replica replica) {
    closing(replica).start();
    awaiting().until(replica::heardOfAll);
    long before = replica.rounds();
    awaiting().until(() -> fleet.services().isEmpty() || replica.rounds() > before);
    return replica;
  }

  private static ConditionFactory awaiting() {
    return await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(10));
  }

  static String submit(JobQueue queue) {
    return submit(queue, TestJobs.parameters("a red ball"));
  }

  static List<String> submit(JobQueue queue, int count) {
    return IntStream.range(0, count).mapToObj(i -> submit(queue)).toList();
  }

  static String submit(JobQueue queue, JobParameters parameters) {
    return submit(queue, "default", parameters, Duration.ofMinutes(10));
  }

  static String submit(JobQueue queue, Duration deadline) {
    return submit(queue, "default", TestJobs.parameters("a red ball"), deadline);
  }

  static String submit(JobQueue queue, String tenant, JobParameters parameters, Duration deadline) {
    Instant now = Instant.now();
    NewJob job =
        new NewJob(
            tenant,
            TestJobs.SERVICE,
            "wan-tiny",
            Priority.STANDARD,
            parameters,
            null,
            null,
            null,
            "hash",
            1,
            1,
            now.plus(deadline),
            10_000,
            "0123456789abcdef0123456789abcdef");
    return ((Submission.Accepted) queue.submit(job, now)).job().id();
  }

  static Job job(JobQueue queue, String id) {
    return queue.find(id).orElseThrow();
  }

  static void awaitStatus(JobQueue queue, String id, VideoStatus status) {
    await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(20))
        .untilAsserted(() -> assertThat(job(queue, id).status()).isEqualTo(status));
  }

  static void awaitCompleted(JobQueue queue, List<String> ids) {
    ids.forEach(id -> awaitStatus(queue, id, VideoStatus.COMPLETED));
  }

  /** Waits until an attempt of the job runs and did its first step. */
  static void awaitDenoising(JobQueue queue, String id) {
    await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(10))
        .until(() -> job(queue, id).progress() > 0);
  }

  static List<String> outcomes(JobQueue queue, String id) {
    return queue.attempts(id).stream().map(Attempt::outcome).toList();
  }
}

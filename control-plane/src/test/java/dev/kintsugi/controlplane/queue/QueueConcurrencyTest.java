package dev.kintsugi.controlplane.queue;

import static dev.kintsugi.controlplane.testkit.TestJobs.LEASE;
import static dev.kintsugi.controlplane.testkit.TestJobs.NOON;
import static dev.kintsugi.controlplane.testkit.TestJobs.again;
import static dev.kintsugi.controlplane.testkit.TestJobs.job;
import static dev.kintsugi.controlplane.testkit.TestJobs.nodeLost;
import static dev.kintsugi.controlplane.testkit.TestJobs.result;
import static dev.kintsugi.controlplane.testkit.TestJobs.slot;
import static dev.kintsugi.controlplane.testkit.TestJobs.step;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.controlplane.testkit.TestDatabase;
import dev.kintsugi.protocol.video.Priority;
import dev.kintsugi.protocol.video.VideoStatus;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Many threads on two replicas of the queue, one database. */
class QueueConcurrencyTest {

  private static TestDatabase database;
  private JobQueue one;
  private JobQueue two;

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
    one = new PostgresJobQueue(database.transactions());
    two = new PostgresJobQueue(database.transactions());
  }

  @Test
  void eightClaimersNeverGetTheSameJob() throws Exception {
    int jobs = 200;
    together(8, i -> () -> submitMany(replica(i), jobs / 8));

    List<List<String>> claimed =
        together(
            8,
            i ->
                () -> {
                  List<String> mine = new ArrayList<>();
                  Optional<Claim> claim = replica(i).claim(slot("node-" + i, jobs, false), NOON);
                  while (claim.isPresent() || database.number("SELECT count(*) FROM waiting") > 0) {
                    claim.ifPresent(c -> mine.add(c.job().id()));
                    claim = replica(i).claim(slot("node-" + i, jobs, false), NOON);
                  }
                  return mine;
                });

    List<String> all = claimed.stream().flatMap(List::stream).toList();
    assertThat(all).hasSize(jobs).doesNotHaveDuplicates();
    assertThat(database.number("SELECT count(*) FROM lease")).isEqualTo(jobs);
    assertThat(database.number("SELECT count(*) FROM job WHERE attempts <> 1")).isZero();
  }

  @RepeatedTest(5)
  void aNodeNeverRunsMoreThanItsSlotsAcrossReplicas() throws Exception {
    submitMany(one, 30);

    List<Optional<Claim>> claims =
        together(16, i -> () -> replica(i).claim(slot("small", 3, false), NOON));

    assertThat(claims.stream().filter(Optional::isPresent)).hasSize(3);
    assertThat(one.liveOnNode("small")).hasSize(3);
    assertThat(database.number("SELECT ticket FROM node WHERE node_id = 'small'")).isEqualTo(3);
  }

  @Test
  void equalRequestsThatShareATransactionEachGetTheirOwnJob() throws Exception {
    submitMany(one, 40);

    List<Optional<Claim>> claims = together(40, i -> () -> one.claim(slot("big", 40, false), NOON));

    assertThat(claims.stream().map(c -> c.orElseThrow().job().id()))
        .hasSize(40)
        .doesNotHaveDuplicates();
  }

  @Test
  void aKeySentFiftyTimesAtOnceMakesOneJob() throws Exception {
    List<Submission> answers =
        together(
            50, i -> () -> replica(i).submit(job("a", Priority.STANDARD, "key", "hash"), NOON));

    assertThat(answers).filteredOn(Submission.Accepted.class::isInstance).hasSize(1);
    assertThat(answers).filteredOn(Submission.Replayed.class::isInstance).hasSize(49);
    assertThat(ids(answers)).hasSize(1);
    assertThat(database.number("SELECT count(*) FROM job")).isEqualTo(1);
    assertThat(database.number("SELECT count(*) FROM waiting")).isEqualTo(1);
    assertThat(one.submit(job("a", Priority.STANDARD, "key", "other"), NOON))
        .isInstanceOf(Submission.KeyReused.class);
  }

  @Test
  void ofManyCompletionsOfOneAttemptOneIsTaken() throws Exception {
    submitMany(one, 1);
    Claim claim = one.claim(slot("a"), NOON).orElseThrow();

    List<Completion> answers =
        together(
            16, i -> () -> replica(i).complete(claim.attemptId(), claim.fence(), result(), NOON));

    assertThat(answers).filteredOn(Completion.Completed.class::isInstance).hasSize(1);
    assertThat(answers).filteredOn(Completion.AlreadyCompleted.class::isInstance).hasSize(15);
    assertThat(database.number("SELECT count(*) FROM attempt")).isEqualTo(1);
  }

  @RepeatedTest(10)
  void cancelAndCompleteOfOneJobNeverBothWin() throws Exception {
    submitMany(one, 1);
    Claim claim = one.claim(slot("a"), NOON).orElseThrow();
    String id = claim.job().id();

    List<Boolean> completed =
        together(
            4,
            i ->
                i % 2 == 0
                    ? () ->
                        replica(i / 2).complete(claim.attemptId(), claim.fence(), result(), NOON)
                            instanceof Completion.Completed
                    : () -> replica(i / 2).cancel("default", id, NOON).isEmpty());

    Job job = one.find(id).orElseThrow();
    boolean won = completed.contains(true);
    assertThat(job.status()).isEqualTo(won ? VideoStatus.COMPLETED : VideoStatus.FAILED);
    assertThat(database.number("SELECT count(*) FROM attempt")).isEqualTo(1);
    assertThat(one.events(id, 0, 100)).hasSize(3);
  }

  @RepeatedTest(10)
  void cancelAgainstClaimAndRetryAlwaysEndsTheJob() throws Exception {
    submitMany(one, 1);
    String id = one.list("default", null, 1, true).orElseThrow().jobs().getFirst().id();

    together(
        3,
        i ->
            () -> {
              if (i == 0) {
                return one.cancel("default", id, NOON).orElseThrow();
              }
              Optional<Claim> claim = replica(i).claim(slot("a"), NOON);
              return claim.map(
                  c -> two.fail(c.attemptId(), c.fence(), nodeLost(), again(NOON), NOON));
            });

    assertThat(one.find(id).orElseThrow().error().code()).isEqualTo("cancelled");
    assertThat(database.number("SELECT count(*) FROM waiting")).isZero();
    assertThat(database.number("SELECT count(*) FROM lease")).isZero();
  }

  @RepeatedTest(5)
  void oneOfManyReapersTakesAnExpiredAttempt() throws Exception {
    submitMany(one, 1);
    Claim claim = one.claim(slot("a"), NOON).orElseThrow();
    var late = NOON.plus(LEASE);

    List<Boolean> took =
        together(
            8,
            i ->
                () ->
                    i % 2 == 0
                        ? replica(i).adopt(claim.attemptId(), 1, "r" + i, LEASE, late).isPresent()
                        : replica(i).expire(claim.attemptId(), 1, nodeLost(), again(late), late)
                            instanceof Failing.Requeued);

    assertThat(took).filteredOn(won -> won).hasSize(1);
    assertThat(one.complete(claim.attemptId(), 1, result(), late))
        .isInstanceOf(Completion.Stale.class);
  }

  @Test
  void eventsStayInOrderWithoutAGapUnderManyWriters() throws Exception {
    submitMany(one, 1);
    Claim claim = one.claim(slot("a"), NOON).orElseThrow();
    together(
        8,
        i ->
            () -> {
              for (int step = 0; step < 20; step++) {
                replica(i).heartbeat(claim.attemptId(), 1, step(i * 20 + step), NOON);
              }
              return true;
            });
    one.complete(claim.attemptId(), 1, result(), NOON);

    List<JobEvent> events = one.events(claim.job().id(), 0, 1_000);
    assertThat(events.getLast().status()).isEqualTo(VideoStatus.COMPLETED);
    for (int i = 0; i < events.size(); i++) {
      assertThat(events.get(i).sequence()).isEqualTo(i + 1);
    }
    assertThat(one.find(claim.job().id()).orElseThrow().sequence()).isEqualTo(events.size());
  }

  private JobQueue replica(int i) {
    return i % 2 == 0 ? one : two;
  }

  private static int submitMany(JobQueue queue, int jobs) {
    for (int i = 0; i < jobs; i++) {
      assertThat(queue.submit(job(), NOON)).isInstanceOf(Submission.Accepted.class);
    }
    return jobs;
  }

  private static HashSet<String> ids(List<Submission> answers) {
    HashSet<String> ids = new HashSet<>();
    for (Submission answer : answers) {
      switch (answer) {
        case Submission.Accepted accepted -> ids.add(accepted.job().id());
        case Submission.Replayed replayed -> ids.add(replayed.job().id());
        default -> throw new AssertionError(answer);
      }
    }
    return ids;
  }

  /** Runs the calls at the same moment, as far as the machine can. */
  private static <T> List<T> together(int threads, IntFunction<Callable<T>> call) throws Exception {
    CyclicBarrier start = new CyclicBarrier(threads);
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<T>> futures = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        Callable<T> mine = call.apply(i);
        futures.add(
            executor.submit(
                () -> {
                  start.await();
                  return mine.call();
                }));
      }
      List<T> answers = new ArrayList<>();
      for (Future<T> future : futures) {
        answers.add(future.get());
      }
      return answers;
    }
  }
}

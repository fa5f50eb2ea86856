package dev.kintsugi.controlplane.queue;

import static dev.kintsugi.controlplane.testkit.TestJobs.job;
import static dev.kintsugi.controlplane.testkit.TestJobs.result;
import static dev.kintsugi.controlplane.testkit.TestJobs.slot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.controlplane.database.Database;
import dev.kintsugi.controlplane.database.DatabaseSettings;
import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.database.EmbeddedSettings;
import dev.kintsugi.controlplane.testkit.TestDatabase;
import dev.kintsugi.protocol.video.VideoStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QueueDurabilityTest {

  private static final Instant START = Instant.parse("2026-06-01T12:00:00Z");

  @TempDir Path directory;

  @Test
  void killingPostgresLosesNothingThatWasAcknowledged() throws Exception {
    var embedded =
        new EmbeddedSettings(directory, TestDatabase.binaries(), true, Duration.ofSeconds(60));
    try (Database database = Database.open(new DatabaseSettings("", "", "", 8), embedded)) {
      JobQueue queue = new PostgresJobQueue(database.transactions());
      Set<String> accepted = ConcurrentHashMap.newKeySet();
      Set<String> completed = ConcurrentHashMap.newKeySet();
      AtomicBoolean stop = new AtomicBoolean();
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<?>> workers =
            IntStream.range(0, 8)
                .<Future<?>>mapToObj(
                    i -> threads.submit(() -> work(queue, "n" + i, accepted, completed, stop)))
                .toList();
        for (int kill = 1; kill <= 3; kill++) {
          int enough = completed.size() + 20;
          await().atMost(Duration.ofSeconds(60)).until(() -> completed.size() >= enough);
          ProcessHandle.of(database.server().pid()).orElseThrow().destroyForcibly();
        }
        int enough = completed.size() + 20;
        await().atMost(Duration.ofSeconds(60)).until(() -> completed.size() >= enough);
        stop.set(true);
        for (Future<?> worker : workers) {
          worker.get();
        }
      }
      assertThat(accepted).hasSizeGreaterThanOrEqualTo(completed.size());
      for (String id : accepted) {
        assertThat(queue.find(id)).as("accepted job %s", id).isPresent();
      }
      for (String id : completed) {
        assertThat(queue.find(id).orElseThrow().status()).isEqualTo(VideoStatus.COMPLETED);
        assertThat(queue.attempts(id))
            .filteredOn(a -> Attempt.COMPLETED.equals(a.outcome()))
            .hasSize(1);
      }
      finishTheRest(queue);
      for (String id : accepted) {
        assertThat(queue.find(id).orElseThrow().status()).isEqualTo(VideoStatus.COMPLETED);
      }
    }
  }

  private static void work(
      JobQueue queue,
      String node,
      Set<String> accepted,
      Set<String> completed,
      AtomicBoolean stop) {
    while (!stop.get()) {
      try {
        if (queue.submit(job(), START) instanceof Submission.Accepted taken) {
          accepted.add(taken.job().id());
        }
        Optional<Claim> claim = queue.claim(slot(node, 1_000, false), START);
        if (claim.isPresent()) {
          complete(queue, claim.get(), completed);
        }
      } catch (DatabaseUnavailableException e) {
        // Expected while PostgreSQL is down: the loop tries again.
      }
    }
  }

  private static void complete(JobQueue queue, Claim claim, Set<String> completed) {
    switch (queue.complete(claim.attemptId(), claim.fence(), result(), START)) {
      case Completion.Completed done -> completed.add(done.job().id());
      case Completion.AlreadyCompleted again -> completed.add(claim.job().id());
      case Completion.Stale stale ->
          assertThat(stale.reason()).isEqualTo(StaleReason.UNKNOWN_ATTEMPT);
    }
  }

  /** Claims that were acknowledged but never completed are live still: take them over. */
  private static void finishTheRest(JobQueue queue) {
    Instant late = START.plus(Duration.ofHours(1));
    for (ExpiredLease expired : queue.expired(late, 100_000)) {
      Claim claim =
          queue
              .adopt(
                  expired.attempt().id(),
                  expired.attempt().fence(),
                  "another",
                  Duration.ofMinutes(1),
                  late)
              .orElseThrow();
      assertThat(queue.complete(claim.attemptId(), claim.fence(), result(), late))
          .isInstanceOf(Completion.Completed.class);
    }
    for (Optional<Claim> claim = queue.claim(slot("rest"), late);
        claim.isPresent();
        claim = queue.claim(slot("rest"), late)) {
      assertThat(queue.complete(claim.get().attemptId(), claim.get().fence(), result(), late))
          .isInstanceOf(Completion.Completed.class);
    }
  }
}

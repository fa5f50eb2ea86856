package dev.kintsugi.controlplane.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.controlplane.testkit.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two replicas on one real PostgreSQL, each with connections of its own. */
class TurnTest {

  private static final Duration LONG = Duration.ofHours(1);

  private static TestDatabase database;
  private static Database second;

  @BeforeAll
  static void start() {
    database = TestDatabase.create();
    second = Database.open(database.settings(), EmbeddedSettings.in(Path.of("unused")));
  }

  @AfterAll
  static void stop() {
    second.close();
    database.close();
  }

  private static Turn first(String name, Duration longest) {
    return new Turn(database.transactions(), name, longest);
  }

  private static Turn second(String name) {
    return new Turn(second.transactions(), name, LONG);
  }

  @Test
  void whileOneIsAtItNobodyElseIsAndAfterItAnybody() {
    Optional<Optional<String>> done =
        first("work", LONG)
            .take(
                () -> {
                  assertThat(second("other").take(() -> "other work")).hasValue("other work");
                  return second("work").take(() -> "twice");
                });
    assertThat(done).hasValue(Optional.empty());
    assertThat(second("work").take(() -> "after it")).hasValue("after it");
  }

  @Test
  void ofManyAtOnceOneHasTheTurn() {
    AtomicInteger atIt = new AtomicInteger();
    List<Integer> seen =
        IntStream.range(0, 50)
            .parallel()
            .mapToObj(i -> i % 2 == 0 ? first("many", LONG) : second("many"))
            .flatMap(turn -> turn.take(() -> amongOthers(atIt)).stream())
            .toList();
    assertThat(seen).isNotEmpty().containsOnly(1);
  }

  private static int amongOthers(AtomicInteger atIt) {
    int others = atIt.incrementAndGet();
    assertThat(database.number("SELECT count(*) FROM turn WHERE name = 'many'")).isEqualTo(1);
    atIt.decrementAndGet();
    return others;
  }

  @Test
  void workThatFailsEndsItsTurn() {
    assertThatThrownBy(
            () ->
                first("fails", LONG)
                    .take(
                        () -> {
                          throw new IllegalStateException("a defect");
                        }))
        .hasMessage("a defect");
    assertThat(second("fails").take(() -> "again")).hasValue("again");
  }

  @Test
  void theTurnOfOneThatDiedIsTakenOverAndItsLateEndEndsNoOther() throws Exception {
    CompletableFuture<Boolean> takenOver = new CompletableFuture<>();
    CountDownLatch done = new CountDownLatch(1);
    try (ExecutorService replica = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> next =
          first("dies", Duration.ofMillis(100))
              .take(
                  () -> {
                    Future<?> begun = replica.submit(() -> takesOver(takenOver, done));
                    assertThat(takenOver.orTimeout(30, TimeUnit.SECONDS).join()).isTrue();
                    return begun;
                  })
              .orElseThrow();
      assertThat(first("dies", LONG).take(() -> "a third")).isEmpty();
      done.countDown();
      next.get(30, TimeUnit.SECONDS);
    }
    assertThat(first("dies", LONG).take(() -> "after it")).hasValue("after it");
  }

  private static void takesOver(CompletableFuture<Boolean> takenOver, CountDownLatch done) {
    await()
        .until(
            () ->
                second("dies")
                    .take(
                        () -> {
                          takenOver.complete(true);
                          return waits(done);
                        })
                    .isPresent());
  }

  private static boolean waits(CountDownLatch done) {
    try {
      return done.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}

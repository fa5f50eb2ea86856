package dev.kintsugi.controlplane.queue;

import static dev.kintsugi.controlplane.testkit.TestJobs.NOON;
import static dev.kintsugi.controlplane.testkit.TestJobs.SERVICE;
import static dev.kintsugi.controlplane.testkit.TestJobs.job;
import static dev.kintsugi.controlplane.testkit.TestJobs.slot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.controlplane.database.DatabaseException;
import dev.kintsugi.controlplane.testkit.TestDatabase;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.video.Priority;
import dev.kintsugi.protocol.video.VideoStatus;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jobs that wait for a person, on real PostgreSQL. */
class HoldingTest {

  private static final Instant DECIDE_BY = NOON.plus(Duration.ofHours(23));
  private static final Alongside NOTHING = (connection, job) -> {};
  private static final NextStep.GiveUp REJECTED =
      new NextStep.GiveUp(ErrorCode.PROMPT_REJECTED, "no");

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
        "TRUNCATE job, waiting, held, lease, attempt, job_event, node, fair_share, fair_clock,"
            + " announcement, job_end");
    queue = new PostgresJobQueue(database.transactions());
  }

  private Job hold(String tenant) {
    return hold(job(tenant, Priority.STANDARD));
  }

  private Job hold(NewJob job) {
    return ((Submission.Accepted) queue.hold(job, DECIDE_BY, NOTHING, NOON)).job();
  }

  private Job submit(String tenant, Instant now) {
    return ((Submission.Accepted) queue.submit(job(tenant, Priority.STANDARD), now)).job();
  }

  @Test
  void aHeldJobIsNobodysUntilItIsReleasedBehindThoseThatWait() {
    Job held = hold("a");
    assertThat(held.held()).isTrue();
    assertThat(queue.claim(slot("n"), NOON)).isEmpty();
    assertThat(queue.snapshot(SERVICE, NOON.plusSeconds(10)).depth()).isZero();
    assertThat(queue.ahead(held)).isEqualTo(Ahead.NOTHING);
    assertThat(queue.lateWaiting(NOON.plus(Duration.ofDays(9)), 10)).isEmpty();

    Instant later = NOON.plus(Duration.ofHours(5));
    List<Job> before = List.of(submit("a", later), submit("b", later), submit("a", later));
    Job released = queue.release(held.id(), NOTHING, later).orElseThrow();
    assertThat(released.held()).isFalse();
    assertThat(released.waitingSince()).isEqualTo(later);
    assertThat(released.deadline())
        .as("as far away as it was from the decision's")
        .isEqualTo(later.plus(Duration.ofHours(1)));
    assertThat(queue.events(held.id(), 0, 10))
        .extracting(JobEvent::detail)
        .containsExactly("held_for_review", "approved");
    List<String> order =
        IntStream.range(0, 4)
            .mapToObj(i -> queue.claim(slot("n" + i), later).orElseThrow().job().id())
            .toList();
    assertThat(order.getLast()).isEqualTo(held.id());
    assertThat(order).containsAll(before.stream().map(Job::id).toList());
    assertThat(queue.release(held.id(), NOTHING, later)).as("once").isEmpty();
    assertThat(queue.refuse(held.id(), REJECTED, NOTHING, later)).isEmpty();
  }

  /** Whoever comes first of reviewer, customer and deadline: it is one of them. */
  @Test
  void aHeldJobHasOneFateWhoeverDecidesAtOnce() {
    for (int round = 0; round < 20; round++) {
      Job held = hold("a");
      List<VideoStatus> fates =
          IntStream.range(0, 4)
              .parallel()
              .mapToObj(
                  who ->
                      switch (who) {
                        case 0 -> queue.release(held.id(), NOTHING, NOON);
                        case 1 -> queue.refuse(held.id(), REJECTED, NOTHING, NOON);
                        default -> queue.cancel("a", held.id(), NOON);
                      })
              .flatMap(fate -> fate.stream())
              .map(Job::status)
              .toList();
      Job after = queue.find(held.id()).orElseThrow();
      assertThat(fates).contains(after.status());
      assertThat(database.number("SELECT count(*) FROM held")).isZero();
      assertThat(after.status())
          .as("the customer cancelled it, before or after")
          .isEqualTo(VideoStatus.FAILED);
      assertThat(database.number("SELECT count(*) FROM waiting")).isZero();
      assertThat(queue.events(held.id(), 0, 10).stream().filter(e -> e.status().terminal()))
          .hasSize(1);
    }
  }

  @Test
  void whatIsWrittenAlongsideIsKeptWithItOrNotAtAll() {
    Alongside broken =
        (connection, job) -> {
          throw new SQLException("a defect", "23514");
        };
    assertThatThrownBy(() -> queue.hold(job(), DECIDE_BY, broken, NOON))
        .isInstanceOf(DatabaseException.class);
    assertThat(database.number("SELECT count(*) FROM job")).isZero();
    Job held = hold("a");
    assertThatThrownBy(() -> queue.release(held.id(), broken, NOON))
        .isInstanceOf(DatabaseException.class);
    assertThatThrownBy(() -> queue.refuse(held.id(), REJECTED, broken, NOON))
        .isInstanceOf(DatabaseException.class);
    assertThat(queue.find(held.id()).orElseThrow()).isEqualTo(held);
    assertThat(queue.undecided(DECIDE_BY, 10)).containsExactly(held);
    assertThat(queue.undecided(DECIDE_BY.minusSeconds(1), 10)).isEmpty();
  }

  @Test
  void aKeyStandsForOneRequestHeldOrNot() {
    NewJob keyed = job("a", Priority.BATCH, "key", "hash");
    Job held = hold(keyed);
    assertThat(queue.hold(keyed, DECIDE_BY, NOTHING, NOON))
        .isEqualTo(new Submission.Replayed(held));
    assertThat(queue.submit(keyed, NOON)).isEqualTo(new Submission.Replayed(held));
    assertThat(queue.hold(job("a", Priority.BATCH, "key", "other"), DECIDE_BY, NOTHING, NOON))
        .isEqualTo(new Submission.KeyReused(held));
    NewJob limited = job("b", Priority.BATCH).with(keyed.deadline(), 1);
    assertThat(queue.hold(limited, DECIDE_BY, NOTHING, NOON))
        .isEqualTo(new Submission.QueueFull(1, 1));
    assertThat(queue.hold(keyed.with(keyed.deadline(), 1), DECIDE_BY, NOTHING, NOON))
        .as("a repetition is answered though the queue is full")
        .isEqualTo(new Submission.Replayed(held));
  }

  @Test
  void whatEndsInReviewIsInNoLedgerButIsAnnounced() {
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
    Job refused = hold(hooked);
    Job cancelled = hold(hooked);
    queue.refuse(refused.id(), REJECTED, NOTHING, NOON);
    queue.cancel("default", cancelled.id(), NOON);
    assertThat(queue.unannounced(10))
        .extracting(job -> String.valueOf(job.error() == null ? null : job.error().code()))
        .containsExactlyInAnyOrder("prompt_rejected", "cancelled");
    assertThat(database.number("SELECT count(*) FROM job_end")).isZero();
    assertThat(queue.prune(NOON.plus(Duration.ofDays(1)), 10)).isEqualTo(2);
  }
}

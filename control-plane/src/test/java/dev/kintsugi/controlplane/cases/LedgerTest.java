package dev.kintsugi.controlplane.cases;

import static dev.kintsugi.controlplane.testkit.TestJobs.NOON;
import static dev.kintsugi.controlplane.testkit.TestJobs.again;
import static dev.kintsugi.controlplane.testkit.TestJobs.job;
import static dev.kintsugi.controlplane.testkit.TestJobs.slot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.controlplane.cases.NewCase.Kind;
import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.queue.AttemptFailure;
import dev.kintsugi.controlplane.queue.Claim;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.queue.PostgresJobQueue;
import dev.kintsugi.controlplane.queue.Submission;
import dev.kintsugi.controlplane.testkit.TestDatabase;
import dev.kintsugi.protocol.node.AttemptPhase;
import dev.kintsugi.protocol.node.FailureClass;
import dev.kintsugi.protocol.node.FailureContext;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Cases and families on a real PostgreSQL. */
class LedgerTest {

  private final TestDatabase database = TestDatabase.create();
  private final Clock clock = Clock.fixed(NOON, ZoneOffset.UTC);
  private final JobQueue queue = new PostgresJobQueue(database.transactions());
  private final CaseStore store = new CaseStore(database.transactions());
  private final Meters meters = new Meters();
  private final Ledger ledger =
      new Ledger(
          store,
          new ReplayStore(database.transactions()),
          ReplayQueue.of(database.transactions(), clock),
          queue,
          clock,
          meters,
          new RecentFailures(meters));
  private Claim claim;

  @BeforeEach
  void aRunningJob() {
    assertThat(queue.submit(job(), NOON)).isInstanceOf(Submission.Accepted.class);
    claim = queue.claim(slot("studio/node-a"), NOON).orElseThrow();
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void keepsACaseOnceWithItsInputAndItsFamily() {
    NewCase oom = failed("out of memory: 512 MiB asked", "OOM");
    ledger.write(oom);
    ledger.write(oom);

    assertThat(number("SELECT count(*) FROM failure_case WHERE tenant = 'default'")).isOne();
    assertThat(number("SELECT cases FROM failure_family")).isOne();
    assertThat(number("SELECT count(*) FROM failure_input WHERE prompt = 'a red ball'")).isOne();
    assertThat(
            number(
                "SELECT count(*) FROM failure_case c JOIN failure_family f ON f.id = c.family"
                    + " WHERE c.digest = 'd1' AND c.stage = 'denoising' AND f.status = 'open'"
                    + " AND f.signature->>'stepBand' = 'q3'"))
        .isOne();
  }

  @Test
  void rowsCanNeitherBeChangedNorRemovedButByAge() {
    ledger.write(failed("broke", "INTERNAL"));

    for (String statement :
        new String[] {
          "UPDATE failure_case SET message = 'never happened'",
          "DELETE FROM failure_case",
          "TRUNCATE failure_case"
        }) {
      assertThatThrownBy(() -> database.execute(statement))
          .hasRootCauseInstanceOf(org.postgresql.util.PSQLException.class)
          .hasStackTraceContaining("failure_case is append-only");
    }
    assertThat(number("SELECT count(*) FROM failure_case")).isOne();
  }

  @Test
  void aStopWritesWhatWaits() throws InterruptedException {
    CaseWriter writer = new CaseWriter(ledger, new Meters(), Duration.ofMinutes(1));
    for (int i = 0; i < 200; i++) {
      writer.record(failed("attempt_" + i, "step " + i + " broke", "INTERNAL"));
    }
    writer.stop();

    assertThat(number("SELECT count(*) FROM failure_case")).isEqualTo(200);
    assertThat(number("SELECT cases FROM failure_family")).isEqualTo(200);
  }

  @Test
  void whatPostgresCannotKeepIsLeftOut() throws InterruptedException {
    CaseWriter writer = new CaseWriter(ledger, new Meters(), Duration.ofMinutes(1));
    writer.record(failed("a NUL \0 in the message", "INTERNAL"));
    writer.record(failed("attempt_next", "broke", "INTERNAL"));
    await()
        .untilAsserted(() -> assertThat(number("SELECT count(*) FROM failure_case")).isEqualTo(2));
    writer.stop();
  }

  @Test
  void aFailedAttemptWhoseCaseDiedWithItsProcessIsFoundAgain() {
    queue.fail(
        claim.attemptId(),
        claim.fence(),
        new AttemptFailure(FailureClass.OOM, "no memory", "GPU"),
        again(NOON),
        NOON);
    CaseSearch search = new CaseSearch(queue, store, ledger, clock);

    search.searchUntil(NOON);
    assertThat(number("SELECT count(*) FROM failure_case")).isZero();
    search.searchUntil(NOON.plusSeconds(60));
    search.searchUntil(NOON.plusSeconds(90));
    assertThat(
            number(
                "SELECT count(*) FROM failure_case WHERE failure_class = 'OOM'"
                    + " AND message = 'no memory' AND details->>'found_later' = 'true'"
                    + " AND jsonb_array_length(attempts) = 1"))
        .isOne();
  }

  @Test
  void aDeletedVideoLeavesNoInputBehind() {
    queue.cancel("default", claim.job().id(), NOON);
    queue.delete("default", claim.job().id(), NOON);
    ledger.write(failed("broke", "INTERNAL"));

    assertThat(number("SELECT count(*) FROM failure_case WHERE tenant = ''")).isOne();
    assertThat(number("SELECT count(*) FROM failure_input")).isZero();
  }

  private NewCase failed(String message, String failureClass) {
    return failed(claim.attemptId(), message, failureClass);
  }

  private NewCase failed(String attempt, String message, String failureClass) {
    return new NewCase(
        Kind.FAILED_ATTEMPT,
        claim.job().id(),
        attempt,
        failureClass,
        "node",
        "",
        message,
        "studio/node-a",
        "r1",
        new FailureContext(
            AttemptPhase.DENOISING, "high", 2, 4, "wan-tiny", "1", "d1", null, null, null, null),
        Map.of("seed", "8"),
        NOON.plus(Duration.ofSeconds(3)));
  }

  private long number(String sql) {
    return database.number(sql);
  }
}

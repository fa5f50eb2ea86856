package dev.kintsugi.controlplane.queue;

import static dev.kintsugi.controlplane.testkit.TestJobs.NOON;
import static dev.kintsugi.controlplane.testkit.TestJobs.again;
import static dev.kintsugi.controlplane.testkit.TestJobs.giveUp;
import static dev.kintsugi.controlplane.testkit.TestJobs.nodeLost;
import static dev.kintsugi.controlplane.testkit.TestJobs.result;
import static dev.kintsugi.controlplane.testkit.TestJobs.step;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.controlplane.queue.QueueModel.Held;
import dev.kintsugi.controlplane.queue.QueueModel.ModelJob;
import dev.kintsugi.controlplane.testkit.TestDatabase;
import dev.kintsugi.controlplane.testkit.TestJobs;
import dev.kintsugi.protocol.video.Priority;
import dev.kintsugi.protocol.video.VideoStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Random histories of several workers on two replicas, with a clock that jumps both ways, on real
 * PostgreSQL and on {@link QueueModel}: every answer must agree. jqwik shrinks a history that does
 * not to the shortest one.
 */
class QueueModelTest {

  enum Op {
    SUBMIT,
    CLAIM,
    HEARTBEAT,
    COMPLETE,
    FAIL,
    EXPIRE,
    ADOPT,
    CANCEL,
    DELETE
  }

  /**
   * @param worker 0..2; two replicas, three nodes, the last of them spot
   * @param pick chooses the job or the held fencing number, current or stale
   * @param jump seconds the clock moves before the call
   */
  record Step(Op op, int worker, int pick, int jump) {}

  private static final int SLOTS = 2;
  private static TestDatabase database;

  @BeforeContainer
  static void open() {
    database = TestDatabase.create();
  }

  @AfterContainer
  static void close() {
    database.close();
  }

  @Provide
  Arbitrary<List<Step>> histories() {
    Arbitrary<Op> ops =
        Arbitraries.frequencyOf(
            Tuple.of(4, Arbitraries.just(Op.SUBMIT)),
            Tuple.of(5, Arbitraries.just(Op.CLAIM)),
            Tuple.of(8, Arbitraries.of(Op.class)));
    return Combinators.combine(
            ops,
            Arbitraries.integers().between(0, 2),
            Arbitraries.integers().between(0, 11),
            Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.just(0)),
                Tuple.of(6, Arbitraries.integers().between(-20, 20)),
                Tuple.of(1, Arbitraries.integers().between(-700, 1_000))))
        .as(Step::new)
        .list()
        .ofMinSize(10)
        .ofMaxSize(70);
  }

  @Property(tries = 80, edgeCases = EdgeCasesMode.NONE)
  void everyHistoryAgreesWithTheModel(@ForAll("histories") List<Step> history) {
    database.execute(
        "TRUNCATE job, waiting, lease, attempt, job_event, node, fair_share, fair_clock,"
            + " artifact_use, announcement");
    Run run = new Run();
    history.forEach(run::apply);
    run.compareEverything();
  }

  /** One history on both. */
  private static final class Run {

    private final QueueModel model = new QueueModel();
    private final List<JobQueue> replicas =
        List.of(
            new PostgresJobQueue(database.transactions()),
            new PostgresJobQueue(database.transactions()));
    private final List<Held> held = new ArrayList<>();
    private final List<String> attemptIds = new ArrayList<>();
    private Instant now = NOON;

    void apply(Step step) {
      now = now.plusSeconds(step.jump());
      JobQueue queue = replicas.get(step.worker() % 2);
      switch (step.op()) {
        case SUBMIT -> submit(queue, step);
        case CLAIM -> claim(queue, step);
        case CANCEL, DELETE -> {
          if (!model.jobs.isEmpty()) {
            withdraw(queue, step, model.jobs.get(step.pick() % model.jobs.size()));
          }
        }
        default -> {
          if (!held.isEmpty()) {
            int index = step.pick() % held.size();
            onAttempt(queue, step, held.get(index), attemptIds.get(index));
          }
        }
      }
    }

    private void submit(JobQueue queue, Step step) {
      Priority priority = Priority.values()[step.pick() % 3];
      NewJob job = TestJobs.job("tenant-" + step.pick() % 2, priority);
      Job accepted = ((Submission.Accepted) queue.submit(job, now)).job();
      model.submitted(accepted.id(), job.tenant(), priority, job.cost() / job.weight(), now);
    }

    private void claim(JobQueue queue, Step step) {
      boolean spot = step.worker() == 2;
      ClaimRequest request =
          new ClaimRequest(
              TestJobs.SERVICE,
              "r1",
              "node-" + step.worker(),
              spot,
              SLOTS,
              QueueModel.LEASE,
              "r" + step.worker() % 2);
      Optional<Claim> real = queue.claim(request, now);
      Optional<Held> expected = model.claim(step.worker(), step.worker() % 2, spot, SLOTS, now);
      assertThat(real.map(c -> c.job().id())).isEqualTo(expected.map(h -> h.attempt().job.id));
      real.ifPresent(c -> remember(c, expected.orElseThrow()));
    }

    private void remember(Claim claim, Held expected) {
      assertThat(claim.fence()).isEqualTo(expected.fence());
      assertThat(claim.leaseUntil()).isEqualTo(expected.attempt().until);
      assertThat(claim.job().attempts()).isEqualTo(expected.attempt().job.attempts);
      held.add(expected);
      attemptIds.add(claim.attemptId());
    }

    private void onAttempt(JobQueue queue, Step step, Held mine, String id) {
      boolean current = mine.current();
      StaleReason stale = mine.staleness();
      switch (step.op()) {
        case HEARTBEAT -> {
          Progress progress = step(step.pick() % 3);
          boolean kept = model.heartbeat(mine, progress, now);
          assertThat(queue.heartbeat(id, mine.fence(), progress, now))
              .isEqualTo(
                  kept ? new Lease.Extended(now.plus(QueueModel.LEASE)) : new Lease.Lost(stale));
        }
        case COMPLETE -> complete(queue, mine, id, current, stale);
        case FAIL -> fail(queue, step, mine, id, stale);
        case EXPIRE -> expire(queue, mine, id, current, stale);
        case ADOPT -> {
          int replica = step.worker() % 2;
          Optional<Held> expected = model.adopt(mine, replica, now);
          Optional<Claim> real =
              queue.adopt(id, mine.fence(), "r" + replica, QueueModel.LEASE, now);
          assertThat(real.isPresent()).isEqualTo(expected.isPresent());
          real.ifPresent(c -> remember(c, expected.orElseThrow()));
        }
        default -> throw new AssertionError(step.op());
      }
    }

    private final Set<Held> completed = new HashSet<>();

    private void complete(
        JobQueue queue, Held mine, String id, boolean current, StaleReason stale) {
      Completion real = queue.complete(id, mine.fence(), result(), now);
      if (current) {
        assertThat(real).isInstanceOf(Completion.Completed.class);
        completed.add(mine);
      } else if (completed.contains(mine)) {
        assertThat(real).isEqualTo(new Completion.AlreadyCompleted());
      } else {
        assertThat(real).isEqualTo(new Completion.Stale(stale));
      }
      model.end(mine, VideoStatus.COMPLETED, now);
    }

    private void fail(JobQueue queue, Step step, Held mine, String id, StaleReason stale) {
      boolean retried = step.pick() % 3 != 0;
      Instant notBefore = now.plusSeconds(5);
      Failing real =
          queue.fail(id, mine.fence(), nodeLost(), retried ? again(notBefore) : giveUp(), now);
      boolean taken = model.end(mine, retried ? VideoStatus.QUEUED : VideoStatus.FAILED, notBefore);
      if (!taken) {
        assertThat(real).isEqualTo(new Failing.Stale(stale));
      } else {
        assertThat(real).isInstanceOf(retried ? Failing.Requeued.class : Failing.JobFailed.class);
      }
    }

    private void expire(JobQueue queue, Held mine, String id, boolean current, StaleReason stale) {
      boolean ranOut = current && !mine.attempt().until.isAfter(now);
      Failing real = queue.expire(id, mine.fence(), nodeLost(), again(now), now);
      if (ranOut) {
        assertThat(real).isInstanceOf(Failing.Requeued.class);
        model.end(mine, VideoStatus.QUEUED, now);
      } else {
        assertThat(real).isEqualTo(new Failing.Stale(current ? StaleReason.RENEWED : stale));
      }
    }

    private void withdraw(JobQueue queue, Step step, ModelJob job) {
      if (step.op() == Op.CANCEL) {
        if (!job.deleted && !job.status.terminal()) {
          QueueModel.end(job, VideoStatus.FAILED);
        }
        Optional<Job> real = queue.cancel(job.tenant, job.id, now);
        assertThat(real.map(Job::status))
            .isEqualTo(job.deleted ? Optional.empty() : Optional.of(job.status));
        return;
      }
      Deletion real = queue.delete(job.tenant, job.id, now);
      if (job.deleted) {
        assertThat(real).isInstanceOf(Deletion.NotFound.class);
      } else if (job.status.terminal()) {
        assertThat(real).isInstanceOf(Deletion.Deleted.class);
        job.deleted = true;
      } else {
        assertThat(real).isInstanceOf(Deletion.StillRunning.class);
      }
    }

    void compareEverything() {
      JobQueue queue = replicas.getFirst();
      for (ModelJob job : model.jobs) {
        Optional<Job> real = queue.find(job.id);
        assertThat(real.isPresent()).isNotEqualTo(job.deleted);
        real.ifPresent(
            r -> {
              assertThat(r.status()).isEqualTo(job.status);
              assertThat(r.attempts()).isEqualTo(job.attempts);
              assertThat(queue.attempts(job.id)).hasSize(job.attempts);
              assertThat(queue.events(job.id, 0, 1_000))
                  .extracting(JobEvent::sequence)
                  .isEqualTo(LongStream.rangeClosed(1, job.events).boxed().toList());
            });
      }
      assertThat(
              queue.expired(now, 1_000).stream()
                  .map(e -> e.attempt().jobId())
                  .collect(Collectors.toSet()))
          .isEqualTo(
              model.jobs.stream()
                  .filter(j -> j.live != null && !j.live.until.isAfter(now))
                  .map(j -> j.id)
                  .collect(Collectors.toSet()));
      assertThat(database.number("SELECT count(*) FROM waiting"))
          .isEqualTo(model.jobs.stream().filter(ModelJob::waiting).count());
      assertThat(database.number("SELECT count(*) FROM lease"))
          .isEqualTo(model.jobs.stream().filter(j -> j.live != null).count());
    }
  }
}

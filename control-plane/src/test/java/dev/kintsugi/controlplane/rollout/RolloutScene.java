package dev.kintsugi.controlplane.rollout;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.controlplane.cases.NewCase;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.feedback.Feedback;
import dev.kintsugi.controlplane.fleet.FleetRegistry;
import dev.kintsugi.controlplane.fleet.NodeSight;
import dev.kintsugi.controlplane.fleet.NodeSights;
import dev.kintsugi.controlplane.fleet.RegisteredService;
import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.queue.AttemptFailure;
import dev.kintsugi.controlplane.queue.AttemptLedger;
import dev.kintsugi.controlplane.queue.Claim;
import dev.kintsugi.controlplane.queue.ClaimRequest;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.queue.NewJob;
import dev.kintsugi.controlplane.queue.PostgresJobQueue;
import dev.kintsugi.controlplane.queue.Submission;
import dev.kintsugi.controlplane.testkit.FakeNodeStatus;
import dev.kintsugi.controlplane.testkit.TestDatabase;
import dev.kintsugi.controlplane.testkit.TestJobs;
import dev.kintsugi.core.dispatch.NodeHealth;
import dev.kintsugi.core.recovery.Attribution;
import dev.kintsugi.core.rollout.Hold;
import dev.kintsugi.protocol.fleet.ServiceEvidence.RolloutEvidence;
import dev.kintsugi.protocol.fleet.ServiceState;
import dev.kintsugi.protocol.node.FailureClass;
import dev.kintsugi.protocol.node.FaultSpec;
import dev.kintsugi.protocol.node.FaultStatus;
import dev.kintsugi.protocol.video.Priority;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** A service with a stable and a canary revision, a clock that the test moves, and judges. */
final class RolloutScene implements AutoCloseable {

  static final String STABLE = "r1";
  static final String CANARY = "r2";
  static final Instant START = TestJobs.NOON;

  final TestDatabase database = TestDatabase.create();
  final JobQueue queue = new PostgresJobQueue(database.transactions());
  final List<NewCase> cases = new ArrayList<>();
  final List<Hold> holds = new ArrayList<>();
  final TestClock clock = new TestClock();
  final NodeSights sights = new NodeSights();
  private volatile RegisteredService service = service(rollout("demo-2"), 5);

  /** Moved by the test. */
  static final class TestClock extends Clock {
    private volatile Instant now = START;

    void forward(Duration by) {
      now = now.plus(by);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  static ServiceState.Rollout rollout(String name) {
    return rollout(name, START, 0, false);
  }

  static ServiceState.Rollout rollout(String name, Instant startedAt, int step, boolean promoted) {
    return new ServiceState.Rollout(
        name, STABLE, CANARY, step, 5, 0.01, 0.05, 0.1, 0.25, 3600, startedAt.toString(), promoted);
  }

  /**
   * @param ratio price of the canary over that of stable
   */
  static ServiceState.Rollout priced(String name, Instant startedAt, double ratio) {
    return new ServiceState.Rollout(
        name,
        STABLE,
        CANARY,
        0,
        5,
        0.01,
        0.05,
        0.1,
        0.25,
        3600,
        startedAt.toString(),
        false,
        0,
        null,
        ratio);
  }

  static RegisteredService service(ServiceState.Rollout rollout, int weight) {
    String[] key = TestJobs.SERVICE.split("/");
    return new RegisteredService(
        key[0],
        key[1],
        new ServiceState(
            "uid",
            1,
            0,
            "wan-tiny",
            600,
            List.of(),
            List.of(
                new ServiceState.Revision(STABLE, "1", null, 100 - weight),
                new ServiceState.Revision(CANARY, "2", null, weight)),
            List.of(),
            null,
            rollout),
        false);
  }

  void push(ServiceState.Rollout rollout, int weight) {
    service = service(rollout, weight);
  }

  /** One node of stable has a fault armed on it for so long. */
  void drill(Duration time) {
    String node = "stable-0";
    change(
        List.of(
            new ServiceState.Revision(STABLE, "1", null, 95),
            new ServiceState.Revision(CANARY, "2", null, 5)),
        List.of(
            new ServiceState.Node(node, STABLE, "main", false, "http://127.0.0.1:1", true, false)),
        List.of());
    Instant now = clock.instant();
    sights.put(
        service.namespace() + "/" + node,
        new NodeSight(
            new NodeHealth(true, 0, 1, "instance", START),
            FakeNodeStatus.broken(
                new FaultStatus(
                    "f1",
                    new FaultSpec(
                        FaultSpec.Kind.LATENCY,
                        9,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        1.0,
                        null,
                        null,
                        null),
                    0,
                    null,
                    now,
                    now.plus(time),
                    null))));
  }

  /** The canary is pinned, and one node of it tells what it has loaded. */
  void pin(String asked, String loaded) {
    String node = "canary-0";
    change(
        List.of(
            new ServiceState.Revision(STABLE, "1", null, 95),
            new ServiceState.Revision(CANARY, "2", asked, 5)),
        List.of(
            new ServiceState.Node(node, CANARY, "main", false, "http://127.0.0.1:1", true, false)),
        List.of());
    sights.put(
        service.namespace() + "/" + node,
        new NodeSight(
            new NodeHealth(true, 0, 1, "instance", START), FakeNodeStatus.loaded(loaded)));
  }

  void freeze(ServiceState.Freeze window) {
    change(service.state().revisions(), service.state().nodes(), List.of(window));
  }

  private void change(
      List<ServiceState.Revision> revisions,
      List<ServiceState.Node> nodes,
      List<ServiceState.Freeze> freezes) {
    ServiceState state = service.state();
    service =
        new RegisteredService(
            service.namespace(),
            service.name(),
            new ServiceState(
                state.uid(),
                state.generation(),
                state.sequence() + 1,
                state.model(),
                state.deadlineSeconds(),
                state.tenants(),
                revisions,
                nodes,
                null,
                state.rollout(),
                null,
                null,
                null,
                freezes),
            false);
  }

  RegisteredService service() {
    return service;
  }

  /** The judge of another replica, or of this one after a restart. */
  Rollouts judge() {
    return judge(database.transactions());
  }

  Rollouts judge(Transactions transactions) {
    FleetRegistry fleet = () -> List.of(service);
    return new Rollouts(
        fleet,
        new AttemptLedger(transactions),
        Feedback.of(transactions, clock),
        new RolloutStore(transactions, new ObjectMapper()),
        List.of((of, now) -> List.copyOf(holds), new FreezeHold(), new DrillHold(sights)),
        new CanaryWeights(sights),
        new RolloutCases(cases::add),
        new RolloutMetrics(new Meters()),
        new RolloutBell(),
        new RolloutSettings(Duration.ofMillis(500), Duration.ofSeconds(10)),
        Duration.ofSeconds(60),
        clock);
  }

  /** What a judge tells after it looked. */
  RolloutEvidence ask(Rollouts judge) {
    judge.look();
    return judge.of(service).orElseThrow();
  }

  String submit(Duration deadline) {
    Instant now = clock.instant();
    NewJob job =
        new NewJob(
            "default",
            TestJobs.SERVICE,
            "wan-tiny",
            Priority.STANDARD,
            TestJobs.parameters("a red ball"),
            null,
            null,
            null,
            "hash",
            10,
            1,
            now.plus(deadline),
            1_000_000,
            "0123456789abcdef0123456789abcdef");
    return ((Submission.Accepted) queue.submit(job, now)).job().id();
  }

  Claim claim(String revision, String node) {
    return queue
        .claim(
            new ClaimRequest(
                TestJobs.SERVICE, revision, node, false, 64, Duration.ofHours(9), "replica-1"),
            clock.instant())
        .orElseThrow();
  }

  void complete(Claim claim) {
    queue.complete(claim.attemptId(), claim.fence(), TestJobs.result(), clock.instant());
  }

  /** Fails an attempt for good. */
  void fail(Claim claim, FailureClass kind, Attribution blame) {
    queue.fail(
        claim.attemptId(),
        claim.fence(),
        new AttemptFailure(kind, "it failed", blame.name()),
        TestJobs.giveUp(),
        clock.instant());
  }

  /** Fails an attempt, and its job waits again. */
  void requeue(Claim claim, FailureClass kind, Attribution blame) {
    queue.fail(
        claim.attemptId(),
        claim.fence(),
        new AttemptFailure(kind, "it failed", blame.name()),
        TestJobs.again(clock.instant()),
        clock.instant());
  }

  /** Jobs that a revision makes one after the other, ten seconds each. */
  void good(String revision, int jobs) {
    for (int i = 0; i < jobs; i++) {
      lasting(revision, Duration.ofSeconds(10));
    }
  }

  /** A good job that takes so long. */
  void lasting(String revision, Duration time) {
    submit(Duration.ofHours(1));
    Claim claim = claim(revision, revision + "-node");
    clock.forward(time);
    complete(claim);
  }

  /** A good job whose clip got this score of the gate. */
  void scored(String revision, double score) {
    submit(Duration.ofHours(1));
    Claim claim = claim(revision, revision + "-node");
    clock.forward(Duration.ofSeconds(10));
    queue.complete(claim.attemptId(), claim.fence(), TestJobs.result(score), clock.instant());
  }

  /** Jobs that a revision fails at by its own fault. */
  void bad(String revision, int jobs) {
    for (int i = 0; i < jobs; i++) {
      submit(Duration.ofHours(1));
      Claim claim = claim(revision, revision + "-node");
      clock.forward(Duration.ofSeconds(10));
      fail(claim, FailureClass.NAN_LATENTS, Attribution.MODEL_VERSION);
    }
  }

  @Override
  public void close() {
    database.close();
  }
}

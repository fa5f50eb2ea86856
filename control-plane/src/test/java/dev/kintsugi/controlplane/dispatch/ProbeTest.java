package dev.kintsugi.controlplane.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.controlplane.cases.NewCase;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.testkit.FakeInferenceNode;
import dev.kintsugi.controlplane.testkit.TestDatabase;
import dev.kintsugi.controlplane.testkit.TestJobs;
import dev.kintsugi.protocol.fleet.ServiceEvidence.ProbeEvidence;
import dev.kintsugi.protocol.fleet.ServiceState;
import dev.kintsugi.protocol.metrics.JobCatalogue;
import dev.kintsugi.protocol.metrics.ProbeCatalogue;
import dev.kintsugi.protocol.node.AttemptRequest;
import dev.kintsugi.protocol.node.FailureClass;
import dev.kintsugi.protocol.video.VideoStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Probes on a real PostgreSQL, at nodes that only count. */
class ProbeTest extends DispatchScenario {

  private static final String NAMESPACE =
      TestJobs.SERVICE.substring(0, TestJobs.SERVICE.indexOf('/') + 1);
  private static final ServiceState.Probe EVERY_SECOND =
      new ServiceState.Probe("a standard prompt", 1, 5, 3);

  private static List<AttemptRequest> probes(FakeInferenceNode node) {
    return node.requests().stream().filter(r -> AttemptRequest.isProbe(r.id())).toList();
  }

  private static List<AttemptRequest> jobs(FakeInferenceNode node) {
    return node.requests().stream().filter(r -> !AttemptRequest.isProbe(r.id())).toList();
  }

  private static ProbeEvidence evidence(Replica replica, String node) {
    return replica.probes().evidence(NAMESPACE + node).orElseThrow();
  }

  /** A case is told right after the node went out. */
  private static NewCase filed(Replica replica) {
    await().until(() -> !replica.cases().isEmpty());
    return replica.cases().getFirst();
  }

  private static void awaitJob(FakeInferenceNode node) {
    await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(2))
        .until(() -> !jobs(node).isEmpty());
  }

  private static boolean known(Replica replica, String node) {
    return replica.probes().evidence(NAMESPACE + node).isPresent();
  }

  private static void awaitOut(Replica replica, String node, boolean out) {
    await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> replica.probes().out(NAMESPACE + node) == out);
  }

  private static void awaitProbing(FakeInferenceNode node) {
    await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(5))
        .until(() -> node.running().stream().anyMatch(AttemptRequest::isProbe));
  }

  @Test
  void aNodeThatFailsThreeProbesGetsNoJobUntilItPasses() {
    FakeInferenceNode sick = fake(1, STEP).failAlways(FailureClass.BLACK_FRAMES);
    FakeInferenceNode well = fake(1, STEP);
    fleet.node("sick", sick).node("well", well).probe(EVERY_SECOND);
    Replica replica = replica("a", database());

    awaitOut(replica, "sick", true);
    assertThat(probes(sick)).hasSize(3);
    awaitCompleted(replica.queue(), submit(replica.queue(), 3));

    assertThat(jobs(sick)).isEmpty();
    assertThat(jobs(well)).hasSize(3);
    assertThat(evidence(replica, "sick").failures()).isGreaterThanOrEqualTo(3);
    assertThat(evidence(replica, "sick").message()).contains("BLACK_FRAMES");
    NewCase filed = filed(replica);
    assertThat(replica.cases()).hasSize(1);
    assertThat(filed.kind()).isEqualTo(NewCase.Kind.PROBE_FAILED);
    assertThat(filed.failureClass()).isEqualTo("BLACK_FRAMES");
    assertThat(filed.attribution()).isEqualTo("node");
    assertThat(filed.message()).contains("3 probes in a row");
    assertThat(filed.details()).containsEntry("service", TestJobs.SERVICE);
    assertThat(replica.metric(ProbeCatalogue.PROBE_RESULTS, TestJobs.SERVICE, "failed"))
        .isGreaterThanOrEqualTo(3);

    sick.failAlways(null);
    awaitOut(replica, "sick", false);
    assertThat(evidence(replica, "sick").outcome()).isEqualTo("passed");
  }

  @Test
  void aProbeIsSmallAndNoJob() {
    FakeInferenceNode node = fake(1, STEP);
    fleet.node("pod", node).probe(EVERY_SECOND);
    TestDatabase database = database();
    Replica replica = replica("a", database);

    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> replica.metric(ProbeCatalogue.PROBE_RESULTS, TestJobs.SERVICE, "passed") > 0);

    AttemptRequest probe = probes(node).getFirst();
    assertThat(probe.prompt()).isEqualTo("a standard prompt");
    assertThat(probe.size()).isEqualTo("32x32");
    assertThat(probe.numInferenceSteps()).isEqualTo(4);
    assertThat(replica.queue().snapshot(TestJobs.SERVICE, Instant.now()).running().jobs()).isZero();
    assertThat(replica.metric(JobCatalogue.ATTEMPTS, TestJobs.SERVICE, "completed")).isZero();
    await().untilAsserted(() -> assertThat(node.known()).isEmpty());
  }

  @Test
  void aProbeGivesWayToAJobAtOnceAndIsNotCounted() {
    FakeInferenceNode node = fake(1, Duration.ofSeconds(10));
    fleet.node("pod", node).probe(new ServiceState.Probe("a standard prompt", 1, 60, 3));
    Replica replica = replica("a", database());
    awaitProbing(node);

    long submitted = System.nanoTime();
    submit(replica.queue());
    awaitJob(node);
    Duration waited = Duration.ofNanos(System.nanoTime() - submitted);

    // The probe would have held the slot for 40 s.
    assertThat(waited).isLessThan(Duration.ofSeconds(10));
    assertThat(node.cancelled()).anyMatch(AttemptRequest::isProbe);
    await()
        .untilAsserted(
            () ->
                assertThat(
                        replica.metric(ProbeCatalogue.PROBE_RESULTS, TestJobs.SERVICE, "yielded"))
                    .isOne());
    assertThat(evidence(replica, "pod").failures()).isZero();
  }

  @Test
  void anotherReplicasProbeGivesWayToo() {
    FakeInferenceNode node = fake(1, Duration.ofSeconds(60));
    TestDatabase database = database();
    database.execute(
        "INSERT INTO node_probe (node_id, service, next_at, attempt_id, held_until) VALUES ('"
            + NAMESPACE
            + "pod', '"
            + TestJobs.SERVICE
            + "', now(), 'probe_other', now() + interval '1 hour')");
    node.startOrphan(
        new AttemptRequest(
            "probe_other", "m", "p", null, "32x32", 9, 8, 4, 5, null, null, 7, null, null));
    fleet.node("pod", node).probe(EVERY_SECOND);
    Replica replica = replica("a", database);
    await().atMost(Duration.ofSeconds(30)).until(() -> known(replica, "pod"));
    assertThat(node.cancelled()).isEmpty();

    submit(replica.queue());
    awaitJob(node);

    assertThat(node.cancelled()).containsExactly("probe_other");
  }

  @Test
  void oneReplicaAloneProbesANodeAndNobodyTakesItForAnOrphan() {
    FakeInferenceNode node = fake(2, SLOW_STEP);
    fleet.node("pod", node).probe(EVERY_SECOND);
    TestDatabase database = database();
    List<Replica> replicas = List.of(replica("a", database), replica("b", database));

    // Each takes 1.6 s: longer than an attempt that no job knows may run.
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                replicas.stream()
                        .mapToDouble(
                            r -> r.metric(ProbeCatalogue.PROBE_RESULTS, TestJobs.SERVICE, "passed"))
                        .sum()
                    >= 4);

    assertThat(node.mostAtOnce()).isEqualTo(1);
    assertThat(node.cancelled()).isEmpty();
  }

  @Test
  @ResourceLock(TIME)
  void aNodeThatCompletesJobsNeedsNoProbe() {
    FakeInferenceNode node = fake(1, Duration.ofMillis(20));
    fleet.node("pod", node).probe(new ServiceState.Probe("a standard prompt", 2, 5, 3));
    Replica replica = replica("a", database());
    JobQueue queue = replica.queue();
    awaitCompleted(queue, submit(queue, 1));
    await().until(() -> evidence(replica, "pod").provenAt() != null || !jobs(node).isEmpty());
    awaitCompleted(queue, submit(queue, 1));
    int before = probes(node).size();

    Instant end = Instant.now().plusSeconds(6);
    while (Instant.now().isBefore(end)) {
      awaitCompleted(queue, submit(queue, 1));
    }

    assertThat(probes(node)).hasSize(before);
    assertThat(evidence(replica, "pod").provenAt()).isNotNull();
  }

  @Test
  void whereEveryNodeFailsItsProbesJobsAreTriedAllTheSame() {
    FakeInferenceNode only = fake(1, STEP).failAlways(FailureClass.NAN_LATENTS);
    fleet.node("only", only).probe(EVERY_SECOND);
    Replica replica = replica("a", database());
    awaitOut(replica, "only", true);

    only.failAlways(null);
    String id = submit(replica.queue());
    awaitStatus(replica.queue(), id, VideoStatus.COMPLETED);

    var delivered = Objects.requireNonNull(job(replica.queue(), id).result()).delivered();
    assertThat(delivered.degraded()).isFalse();
    assertThat(jobs(only)).isNotEmpty();
    awaitOut(replica, "only", false);
  }

  @Test
  void noNodeIsLeftOutForTheSakeOfOneThatMayNotGetJobs() {
    FakeInferenceNode stable = fake(1, STEP).failAlways(FailureClass.BLACK_FRAMES);
    fleet.rollout("r1", "r2").weight("r2", 0).node("stable", stable);
    fleet.node("canary", fake(1, STEP), "r2", false).probe(EVERY_SECOND);
    Replica replica = replica("a", database());
    awaitOut(replica, "stable", true);

    submit(replica.queue());

    await().atMost(Duration.ofSeconds(10)).until(() -> !jobs(stable).isEmpty());
  }

  @Test
  void whatIsTooSlowFails() {
    FakeInferenceNode slow = fake(1, Duration.ofSeconds(3));
    fleet.node("slow", slow).probe(new ServiceState.Probe("a standard prompt", 1, 1, 2));
    Replica replica = replica("a", database());

    awaitOut(replica, "slow", true);

    assertThat(evidence(replica, "slow").message()).contains("no clip within the timeout");
    assertThat(filed(replica).failureClass()).isEqualTo("TIMEOUT");
  }

  @Test
  void aReplicaThatStartsKnowsWhoIsOut() {
    FakeInferenceNode sick = fake(1, STEP).failAlways(FailureClass.BLACK_FRAMES);
    fleet.node("sick", sick).node("well", fake(1, STEP)).probe(EVERY_SECOND);
    TestDatabase database = database();
    Replica before = replica("a", database);
    awaitOut(before, "sick", true);
    String since = evidence(before, "sick").outSince();
    before.stop();

    Replica after = replica("a", database);

    awaitOut(after, "sick", true);
    assertThat(evidence(after, "sick").outSince()).isEqualTo(since);
  }

  @Test
  void aServiceThatIsNotProbedAnyMoreUsesAllItsNodes() {
    FakeInferenceNode sick = fake(1, STEP).failAlways(FailureClass.BLACK_FRAMES);
    fleet.node("sick", sick).node("well", fake(1, STEP)).probe(EVERY_SECOND);
    Replica replica = replica("a", database());
    awaitOut(replica, "sick", true);

    fleet.probe(null);

    awaitOut(replica, "sick", false);
    assertThat(replica.probes().evidence(NAMESPACE + "sick")).isEmpty();
  }
}

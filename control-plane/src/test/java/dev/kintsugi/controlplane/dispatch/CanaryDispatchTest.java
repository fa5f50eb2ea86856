package dev.kintsugi.controlplane.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.controlplane.fleet.RegisteredService;
import dev.kintsugi.controlplane.queue.Attempt;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.rollout.CanaryGate;
import dev.kintsugi.controlplane.testkit.FakeInferenceNode;
import dev.kintsugi.controlplane.testkit.TestDatabase;
import dev.kintsugi.controlplane.testkit.TestJobs;
import dev.kintsugi.protocol.node.FailureClass;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What dispatch does with a canary: r1 is stable, r2 the canary. */
class CanaryDispatchTest extends DispatchScenario {

  private final FakeGate gate = new FakeGate();

  /** Cuts the canary off when the test says so. */
  private static final class FakeGate implements CanaryGate {
    private final List<String> ended = new ArrayList<>();
    private volatile boolean cut;

    @Override
    public Optional<String> cut(RegisteredService service) {
      return cut ? Optional.of("r2") : Optional.empty();
    }

    @Override
    public synchronized void attemptEnded(String service, String revision) {
      ended.add(revision);
    }

    synchronized List<String> ended() {
      return List.copyOf(ended);
    }
  }

  @Test
  void aCanaryThatIsCutGetsNothingThoughItsWeightIsWhole() {
    fleet.rollout("r1", "r2").weight("r1", 0).weight("r2", 100);
    fleet.node("stable", fake(1, STEP));
    fleet.node("canary", fake(1, STEP), "r2", false);
    JobQueue queue = replica(database()).queue();
    List<String> before = submit(queue, 3);
    awaitCompleted(queue, before);
    assertThat(revisions(queue, before)).containsOnly("r2");
    assertThat(gate.ended()).contains("r2");

    gate.cut = true;
    List<String> after = submit(queue, 3);
    awaitCompleted(queue, after);
    assertThat(revisions(queue, after)).containsOnly("r1");
  }

  @Test
  void whatFailedOnTheCanaryIsRetriedOnStable() {
    fleet.rollout("r1", "r2").weight("r1", 50).weight("r2", 50);
    fleet.node("stable", fake(1, STEP));
    fleet.node("canary-0", fake(1, STEP).failAlways(FailureClass.BLACK_FRAMES), "r2", false);
    fleet.node("canary-1", fake(1, STEP).failAlways(FailureClass.BLACK_FRAMES), "r2", false);
    JobQueue queue = replica(database()).queue();
    List<String> jobs = submit(queue, 8);
    awaitCompleted(queue, jobs);
    List<List<String>> tried = jobs.stream().map(id -> revisions(queue, List.of(id))).toList();
    assertThat(tried).contains(List.of("r2", "r1"));
    assertThat(tried)
        .allSatisfy(revisions -> assertThat(revisions).isIn(List.of("r1"), List.of("r2", "r1")));
  }

  @Test
  void aCustomerStaysWithOneVersionAndOnlyJoinsTheCanaryAsItsWeightGrows() {
    fleet.sticky("tenant").weight("r1", 50).weight("r2", 50);
    fleet.node("stable", fake(2, STEP));
    fleet.node("canary", fake(2, STEP), "r2", false);
    JobQueue queue = replica(database()).queue();

    Map<String, Set<String>> half = versions(queue);
    assertThat(half.values()).contains(Set.of("r1"), Set.of("r2"));
    assertThat(half.values()).allSatisfy(versions -> assertThat(versions).hasSize(1));

    fleet.weight("r1", 20).weight("r2", 80);
    Map<String, Set<String>> most = versions(queue);
    assertThat(most.values()).allSatisfy(versions -> assertThat(versions).hasSize(1));
    half.forEach(
        (tenant, versions) -> {
          if (versions.contains("r2")) {
            assertThat(most.get(tenant)).containsExactly("r2");
          }
        });

    fleet.remove("canary");
    assertThat(versions(queue).values()).containsOnly(Set.of("r1"));
  }

  @Test
  void aCustomerOfTheCanaryIsHelpedByStableAtOnce() {
    fleet.sticky("user").weight("r1", 50).weight("r2", 50);
    fleet.node("stable", fake(1, STEP));
    fleet.node("canary", fake(1, STEP).failAlways(FailureClass.BLACK_FRAMES), "r2", false);
    JobQueue queue = replica(database()).queue();
    Map<String, Set<String>> versions = versions(queue);
    assertThat(versions.values()).contains(Set.of("r1"), Set.of("r1", "r2"));
  }

  /** By tenant, the versions that tried three jobs of each of twelve. */
  private static Map<String, Set<String>> versions(JobQueue queue) {
    Map<String, List<String>> jobs = new TreeMap<>();
    for (int i = 0; i < 36; i++) {
      String tenant = "tenant-" + i % 12;
      jobs.computeIfAbsent(tenant, t -> new ArrayList<>())
          .add(submit(queue, tenant, TestJobs.parameters("a red ball"), Duration.ofMinutes(10)));
    }
    Map<String, Set<String>> versions = new TreeMap<>();
    jobs.forEach(
        (tenant, ids) -> {
          awaitCompleted(queue, ids);
          versions.put(tenant, Set.copyOf(revisions(queue, ids)));
        });
    return versions;
  }

  @Test
  void withoutAStableNodeTheCanaryMayTryAgain() {
    fleet.rollout("r1", "r2").weight("r1", 50).weight("r2", 50);
    FakeInferenceNode canary = fake(1, Duration.ofMillis(5));
    canary.failNext(FailureClass.INTERNAL);
    fleet.node("canary", canary, "r2", false);
    JobQueue queue = replica(database()).queue();
    String id = submit(queue);
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> assertThat(outcomes(queue, id)).containsExactly("INTERNAL", Attempt.COMPLETED));
  }

  private Replica replica(TestDatabase database) {
    return started(new Replica("a", database.transactions(), fleet, files, gate));
  }

  private static List<String> revisions(JobQueue queue, List<String> jobs) {
    return jobs.stream().flatMap(id -> queue.attempts(id).stream()).map(Attempt::revision).toList();
  }
}

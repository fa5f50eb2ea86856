package dev.kintsugi.operators.modelrollout;

import static dev.kintsugi.operators.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.operators.crds.DiffusionService;
import dev.kintsugi.operators.crds.DiffusionServiceSpec;
import dev.kintsugi.operators.crds.ModelRollout;
import dev.kintsugi.operators.crds.ModelRolloutStatus;
import dev.kintsugi.operators.crds.ModelSpec;
import dev.kintsugi.operators.crds.PoolSpec;
import dev.kintsugi.operators.crds.RolloutSpec;
import dev.kintsugi.operators.testkit.ApiServer;
import dev.kintsugi.operators.testkit.FakeControlPlane;
import dev.kintsugi.operators.testkit.FakeKubelet;
import dev.kintsugi.operators.testkit.RunningOperator;
import dev.kintsugi.protocol.fleet.ServiceState;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rollouts on a real API server; the control plane says what the test wants it to say. */
class ModelRolloutReconcilerTest {

  private static final ApiServer SERVER = ApiServer.get();
  private static final List<Integer> STEPS = List.of(1, 25, 50, 100);

  private final KubernetesClient admin = SERVER.admin();
  private final String namespace = SERVER.newNamespace();
  private final FakeKubelet kubelet = new FakeKubelet(admin, namespace);
  private FakeControlPlane plane;
  private RunningOperator operator;

  @BeforeEach
  void start() throws Exception {
    plane = new FakeControlPlane();
    operator = RunningOperator.start(plane);
    apply("1", RolloutSpec.of(STEPS, "1s"));
    eventually().until(() -> kubelet.pods().size() == 2);
    kubelet.makeReady();
    eventually().until(() -> service().getStatus().stableRevision() != null);
    eventually().until(() -> service().getStatus().ready().equals("2/2"));
  }

  @AfterEach
  void stop() throws Exception {
    plane.refuseWith(0);
    admin.resource(service()).delete();
    eventually()
        .until(
            () -> {
              kubelet.reap();
              return service() == null;
            });
    operator.close();
    plane.close();
  }

  private void apply(String version, RolloutSpec rollout) {
    var base =
        DiffusionServiceSpec.of(
            new ModelSpec("wan-" + namespace, version, null, null, null),
            List.of(PoolSpec.of("main", 2)));
    var service = new DiffusionService();
    service.setMetadata(new ObjectMetaBuilder().withName("wan").withNamespace(namespace).build());
    service.setSpec(
        new DiffusionServiceSpec(
            base.model(),
            base.runtime(),
            base.pools(),
            base.replicas(),
            base.scaling(),
            base.warmup(),
            base.deadline(),
            base.tenants(),
            base.degradation(),
            rollout,
            base.cost(),
            base.probe()));
    admin.resource(service).forceConflicts().serverSideApply();
  }

  private void apply(String version) {
    apply(version, RolloutSpec.of(STEPS, "1s"));
  }

  private DiffusionService service() {
    return admin.resources(DiffusionService.class).inNamespace(namespace).withName("wan").get();
  }

  private ModelRollout rollout(int number) {
    return admin
        .resources(ModelRollout.class)
        .inNamespace(namespace)
        .withName("wan-" + number)
        .get();
  }

  private ModelRolloutStatus status(int number) {
    return rollout(number).getStatus();
  }

  private void awaitPhase(int number, String phase) {
    eventually()
        .untilAsserted(
            () -> {
              kubelet.makeReady();
              kubelet.reap();
              assertThat(status(number).phase()).isEqualTo(phase);
            });
  }

  private void act(int number, String action) throws Exception {
    var answer =
        SERVER.kubectl(
            "annotate", "mro", "wan-" + number, "-n", namespace, "kintsugi.dev/action=" + action);
    assertThat(answer.code()).as(answer.text()).isZero();
    eventually()
        .until(
            () -> {
              var annotations = rollout(number).getMetadata().getAnnotations();
              return annotations == null || !annotations.containsKey(ModelRollout.ACTION);
            });
  }

  private void patch(int number, String change) throws Exception {
    var answer =
        SERVER.kubectl(
            "patch", "mro", "wan-" + number, "-n", namespace, "--type=merge", "-p", change);
    assertThat(answer.code()).as(answer.text()).isZero();
  }

  private ServiceState pushed() {
    return plane.state(namespace + "/wan");
  }

  private int weight(String version) {
    return pushed().revisions().stream()
        .filter(revision -> revision.version().equals(version))
        .mapToInt(ServiceState.Revision::weight)
        .sum();
  }

  private List<Pod> pods(String version) {
    return kubelet.pods().stream()
        .filter(
            pod ->
                version.equals(
                    pod.getMetadata().getAnnotations().get("kintsugi.dev/model-version")))
        .toList();
  }

  private void awaitEvents(String... some) {
    eventually().untilAsserted(() -> assertThat(events()).contains(some));
  }

  private Stream<String> events() {
    return admin.events().v1().events().inNamespace(namespace).list().getItems().stream()
        .map(event -> event.getRegarding().getKind() + "/" + event.getReason());
  }

  @Test
  void aGoodVersionGoesStepByStepToTheEndOnTheSamePods() throws Exception {
    apply("2");
    awaitPhase(1, "Progressing");
    eventually().until(() -> weight("2") == 1);
    var first = pods("2").getFirst().getMetadata().getUid();
    assertThat(kubelet.pods()).as("one more than wanted").hasSize(3);
    var block = pushed().rollout();
    assertThat(block.name()).isEqualTo("wan-1");
    assertThat(block.steps()).isEqualTo(4);
    assertThat(block.alpha()).isEqualTo(0.01);
    assertThat(block.decideWithinSeconds()).isEqualTo(86_400);
    eventually().until(() -> "1%".equals(service().getStatus().canary()));
    assertThat(SERVER.kubectl("get", "dsvc", "-n", namespace).text()).containsPattern("2/2 +1%");

    plane.verdict("PROMOTE");
    awaitPhase(1, "Promoted");

    assertThat(plane.pushed().stream().map(s -> s.rollout() == null ? -1 : s.rollout().step()))
        .contains(0, 1, 2, 3);
    assertThat(pods("2")).extracting(pod -> pod.getMetadata().getUid()).contains(first);
    eventually()
        .until(
            () -> {
              kubelet.reap();
              return kubelet.pods().size() == 2 && pods("1").isEmpty();
            });
    assertThat(status(1).timeline())
        .extracting(ModelRolloutStatus.Entry::reason)
        .startsWith("CanaryReady", "StepPassed")
        .contains("BakeStarted", "BakeOver", "Promoted");
    var table = SERVER.kubectl("get", "mro", "-n", namespace).text().lines().toList();
    assertThat(table.getFirst().split("\\s+"))
        .containsExactly(
            "NAME", "SERVICE", "FROM", "TO", "PHASE", "STEP", "WEIGHT", "CARRIED", "VERDICT",
            "AGE");
    assertThat(table.getLast())
        .containsPattern("wan-1 +wan +1 +2 +Promoted +4/4 +100 +4.75 +PROMOTE");
    awaitEvents(
        "ModelRollout/Started",
        "DiffusionService/Started",
        "ModelRollout/Promoted",
        "DiffusionService/Promoted");
    eventually().until(() -> service().getStatus().canary() == null);
    eventually().until(() -> pushed().rollout() == null);
  }

  @Test
  void aBadVersionGetsNothingAtOnceAndIsNotTriedAgainUntilAsked() throws Exception {
    apply("2");
    awaitPhase(1, "Progressing");
    plane.verdict("ROLLBACK");

    eventually().until(() -> weight("2") == 0 && weight("1") == 100);
    awaitPhase(1, "RolledBack");
    eventually().until(() -> pods("2").isEmpty());
    assertThat(pods("1")).hasSize(2);
    awaitEvents("ModelRollout/VerdictRollback", "DiffusionService/VerdictRollback");
    eventually().until(() -> "rolled back".equals(service().getStatus().canary()));
    eventually().until(() -> "Ready".equals(service().getStatus().phase()));
    assertThat(rollout(2)).isNull();

    plane.verdict("CONTINUE");
    act(1, "retry");
    awaitPhase(2, "Progressing");
    act(2, "abort");
    awaitPhase(2, "Aborted");

    act(2, "undo");
    eventually().until(() -> service().getSpec().model().version().equals("1"));
    eventually().until(() -> service().getStatus().canary() == null);
    apply("2");
    awaitPhase(3, "Progressing");
  }

  @Test
  void aVersionThatCrashesOnLoadGoesBack() {
    apply("2");
    eventually().until(() -> pods("2").size() == 1);
    kubelet.setWaiting(pods("2").getFirst(), "CrashLoopBackOff", "weights are missing", 3);

    eventually().until(() -> status(1).phase().startsWith("Roll"));
    assertThat(status(1).timeline())
        .anySatisfy(
            entry -> {
              assertThat(entry.reason()).isEqualTo("CanaryCrashes");
              assertThat(entry.message()).contains("weights are missing");
            });
    awaitPhase(1, "RolledBack");
    eventually().until(() -> weight("1") == 100);
  }

  @Test
  void aSecondChangeSupersedesAndTheSpecBeforeAborts() {
    apply("2");
    awaitPhase(1, "Progressing");
    apply("3");
    awaitPhase(2, "Progressing");
    awaitPhase(1, "Superseded");
    assertThat(rollout(2).getSpec().from().model().version()).isEqualTo("1");
    eventually().until(() -> pods("2").isEmpty());

    apply("1");
    awaitPhase(2, "Aborted");
    eventually().until(() -> pods("3").isEmpty());
    assertThat(pods("1")).hasSize(2);
    assertThat(rollout(3)).isNull();
  }

  @Test
  void peopleCanHoldItAndPushIt() throws Exception {
    apply("2");
    awaitPhase(1, "Progressing");
    patch(1, "{\"spec\":{\"paused\":true}}");
    awaitPhase(1, "Paused");
    plane.verdict("PROMOTE");
    eventually().until(() -> status(1).verdict().equals("PROMOTE"));
    act(1, "pause");
    assertThat(refusal(1)).isEqualTo("AlreadySo");
    act(1, "dance");
    assertThat(refusal(1)).isEqualTo("UnknownAction");
    awaitEvents("ModelRollout/ActionRefused");
    assertThat(status(1).step()).as("paused holds").isZero();
    plane.verdict("CONTINUE");
    eventually().until(() -> status(1).verdict().equals("CONTINUE"));
    act(1, "resume");
    awaitPhase(1, "Progressing");
    act(1, "promote");
    eventually().until(() -> status(1).step() == 1);
    assertThat(status(1).timeline())
        .anySatisfy(entry -> assertThat(entry.what()).isEqualTo("promote by kubectl-annotate"));
    act(1, "promote-full");
    awaitPhase(1, "Promoted");
    assertThat(refusalAfter("abort")).isEqualTo("EndedAlready");
  }

  private String refusalAfter(String action) throws Exception {
    act(1, action);
    return refusal(1);
  }

  private String refusal(int number) {
    return ModelRolloutConditions.find(status(number), ModelRolloutConditions.ACTION_ACCEPTED)
        .filter(condition -> condition.status().equals("False"))
        .orElseThrow()
        .reason();
  }

  @Test
  void anUndoAfterThePromotionRollsBackToPodsThatAreGone() throws Exception {
    plane.verdict("PROMOTE");
    apply("2");
    awaitPhase(1, "Promoted");
    eventually()
        .until(
            () -> {
              kubelet.reap();
              return pods("1").isEmpty();
            });
    act(1, "undo");
    awaitPhase(2, "Promoted");
    assertThat(rollout(2).getSpec().to().revision())
        .isEqualTo(rollout(1).getSpec().from().revision());
  }

  @Test
  void withoutTheControlPlaneNothingMoves() {
    apply("2");
    awaitPhase(1, "Progressing");
    plane.verdict("");
    eventually().until(() -> status(1).reason().equals("NoEvidence"));
    plane.refuseWith(503);
    eventually().until(() -> status(1).reason().equals("ControlPlaneAway"));
    assertThat(status(1).step()).isZero();
    plane.refuseWith(0);
    plane.verdict("PROMOTE");
    awaitPhase(1, "Promoted");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Pending", "Progressing", "Paused", "Baking", "RollingBack"})
  void anOperatorThatTakesOverGoesOnWhereTheLastOneWas(String phase) throws Exception {
    apply("2", RolloutSpec.of(STEPS, phase.equals("Baking") ? "1h" : "1s"));
    eventually().until(() -> pods("2").size() == 1);
    switch (phase) {
      case "Progressing" -> awaitPhase(1, phase);
      case "Paused" -> {
        awaitPhase(1, "Progressing");
        act(1, "pause");
        awaitPhase(1, phase);
      }
      case "Baking" -> {
        awaitPhase(1, "Progressing");
        plane.verdict("PROMOTE");
        awaitPhase(1, phase);
      }
      case "RollingBack" -> {
        awaitPhase(1, "Progressing");
        plane.running(pods("2").getFirst().getMetadata().getName(), 1);
        plane.verdict("ROLLBACK");
        awaitPhase(1, phase);
      }
      default -> {}
    }
    var uids = kubelet.pods().stream().map(pod -> pod.getMetadata().getUid()).toList();
    operator.close();
    String wan = namespace + "/wan";
    int pushes = plane.pushed(wan).size();
    operator = RunningOperator.start(plane);
    eventually().until(() -> plane.pushed(wan).size() >= pushes + 2);
    assertThat(kubelet.pods()).extracting(pod -> pod.getMetadata().getUid()).isEqualTo(uids);

    if (phase.equals("Paused")) {
      assertThat(status(1).phase()).isEqualTo("Paused");
      act(1, "resume");
    }
    if (phase.equals("Baking")) {
      assertThat(status(1).phase()).isEqualTo("Baking");
      patch(1, "{\"spec\":{\"bake\":\"1s\"}}");
    }
    if (phase.equals("RollingBack")) {
      pods("2").forEach(pod -> plane.running(pod.getMetadata().getName(), 0));
      awaitPhase(1, "RolledBack");
      assertThat(pods("1")).hasSize(2);
    } else {
      plane.verdict("PROMOTE");
      awaitPhase(1, "Promoted");
      eventually().until(() -> weight("2") == 100);
    }
  }
}

package dev.kintsugi.operators.diffusionservice;

import static dev.kintsugi.operators.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.kintsugi.operators.crds.DiffusionService;
import dev.kintsugi.operators.crds.DiffusionServiceSpec;
import dev.kintsugi.operators.crds.FreezeSpec;
import dev.kintsugi.operators.crds.IndicatorSpec;
import dev.kintsugi.operators.crds.ModelSpec;
import dev.kintsugi.operators.crds.PoolSpec;
import dev.kintsugi.operators.crds.ProbeSpec;
import dev.kintsugi.operators.crds.RolloutSpec;
import dev.kintsugi.operators.crds.RuntimeSpec;
import dev.kintsugi.operators.crds.ServiceLevelObjective;
import dev.kintsugi.operators.crds.ServiceLevelObjectiveSpec;
import dev.kintsugi.operators.crds.StatusCondition;
import dev.kintsugi.operators.kube.Cluster;
import dev.kintsugi.operators.testkit.ApiServer;
import dev.kintsugi.operators.testkit.FakeControlPlane;
import dev.kintsugi.operators.testkit.FakeKubelet;
import dev.kintsugi.operators.testkit.RunningOperator;
import dev.kintsugi.protocol.fleet.ObjectiveEvidence;
import dev.kintsugi.protocol.fleet.ServiceEvidence.ProbeEvidence;
import dev.kintsugi.protocol.fleet.ServiceState;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The whole reconciler on a real API server, with a fake control plane and fake kubelet. */
class DiffusionServiceReconcilerTest {

  private static final ApiServer SERVER = ApiServer.get();

  private final KubernetesClient admin = SERVER.admin();
  private final String namespace = SERVER.newNamespace();
  private final FakeKubelet kubelet = new FakeKubelet(admin, namespace);
  private FakeControlPlane plane;
  private RunningOperator operator;

  @BeforeEach
  void start() throws Exception {
    plane = new FakeControlPlane();
    operator = RunningOperator.start(plane);
  }

  @AfterEach
  void stop() throws Exception {
    plane.refuseWith(0);
    plane.idle();
    admin.resources(DiffusionService.class).inNamespace(namespace).delete();
    eventually().until(() -> services().isEmpty());
    operator.close();
    plane.close();
  }

  private List<DiffusionService> services() {
    return admin.resources(DiffusionService.class).inNamespace(namespace).list().getItems();
  }

  private String model() {
    return "wan-" + namespace;
  }

  private DiffusionServiceSpec spec(String version, RuntimeSpec runtime, PoolSpec... pools) {
    return spec(version, runtime, RolloutSpec.of(List.of(100), "1s"), pools);
  }

  private DiffusionServiceSpec frozen(String schedule, String timeZone) {
    var window = new FreezeSpec(schedule, "62h", timeZone, "weekend");
    return spec(
        "1",
        RuntimeSpec.defaults(),
        new RolloutSpec(List.of(100), null, "1s", 1, 10, List.of(window)),
        PoolSpec.of("main", 1));
  }

  private DiffusionServiceSpec spec(
      String version, RuntimeSpec runtime, RolloutSpec rollout, PoolSpec... pools) {
    var base =
        DiffusionServiceSpec.of(new ModelSpec(model(), version, null, null, null), List.of(pools));
    return new DiffusionServiceSpec(
        base.model(),
        runtime,
        base.pools(),
        base.replicas(),
        base.scaling(),
        base.warmup(),
        base.deadline(),
        base.tenants(),
        base.degradation(),
        rollout,
        base.cost(),
        base.probe());
  }

  private DiffusionServiceSpec spec(String version, PoolSpec... pools) {
    return spec(version, RuntimeSpec.defaults(), pools);
  }

  private void apply(String name, DiffusionServiceSpec spec) {
    var service = new DiffusionService();
    service.setMetadata(new ObjectMetaBuilder().withName(name).withNamespace(namespace).build());
    service.setSpec(spec);
    admin.resource(service).forceConflicts().serverSideApply();
  }

  private DiffusionService service(String name) {
    return admin.resources(DiffusionService.class).inNamespace(namespace).withName(name).get();
  }

  private StatusCondition condition(String name, String type) {
    return DiffusionServiceConditions.find(service(name).getStatus(), type).orElse(null);
  }

  private void awaitCondition(String name, String type, String status, String reason) {
    eventually()
        .untilAsserted(
            () ->
                assertThat(condition(name, type))
                    .satisfies(
                        condition -> {
                          assertThat(condition.status()).isEqualTo(status);
                          assertThat(condition.reason()).isEqualTo(reason);
                        }));
  }

  private void awaitReady(String name, int pods) {
    eventually().until(() -> kubelet.pods().size() >= pods);
    eventually()
        .until(
            () -> {
              kubelet.makeReady();
              return service(name).getStatus().ready().equals(pods + "/" + pods);
            });
    awaitCondition(name, "Ready", "True", "NodesReady");
  }

  private List<Deployment> deployments() {
    return admin.apps().deployments().inNamespace(namespace).list().getItems();
  }

  private Stream<HasMetadata> children() {
    return Stream.of(
            Deployment.class, Service.class, PodDisruptionBudget.class, NetworkPolicy.class)
        .flatMap(type -> admin.resources(type).inNamespace(namespace).list().getItems().stream());
  }

  private ServiceState pushed() {
    return plane.state(namespace + "/wan");
  }

  @Test
  void aServiceBecomesExactlyItsChildrenAndThenReady() throws Exception {
    apply("wan", spec("1", PoolSpec.of("main", 2), PoolSpec.of("spare", 1)));

    awaitReady("wan", 3);

    var names = children().map(child -> child.getKind() + "/" + child.getMetadata().getName());
    String revision = service("wan").getStatus().revision();
    assertThat(names)
        .containsExactlyInAnyOrder(
            "Deployment/wan-main-" + revision,
            "Deployment/wan-spare-" + revision,
            "Service/wan",
            "PodDisruptionBudget/wan",
            "NetworkPolicy/wan");
    assertThat(children())
        .allSatisfy(
            child -> {
              assertThat(child.getMetadata().getOwnerReferences())
                  .singleElement()
                  .satisfies(
                      owner -> {
                        assertThat(owner.getUid()).isEqualTo(service("wan").getMetadata().getUid());
                        assertThat(owner.getController()).isTrue();
                      });
              assertThat(child.getMetadata().getManagedFields())
                  .filteredOn(entry -> entry.getManager().equals(Cluster.FIELD_MANAGER))
                  .extracting(ManagedFieldsEntry::getOperation)
                  .containsExactly("Apply");
            });
    var table = SERVER.kubectl("get", "dsvc", "-n", namespace, "wan").text().lines().toList();
    assertThat(table.getFirst().split("\\s+"))
        .containsExactly("NAME", "MODEL", "VERSION", "PHASE", "READY", "CANARY", "SLO", "AGE");
    assertThat(table.getLast()).containsPattern("wan +" + model() + " +1 +Ready +3/3 +\\d+[sm]");
  }

  @Test
  void theControlPlaneIsToldEveryNodeAndLearnsOfChanges() {
    apply("wan", spec("1", PoolSpec.of("main", 2)));
    awaitReady("wan", 2);
    eventually()
        .until(() -> pushed().nodes().stream().filter(ServiceState.Node::ready).count() == 2);

    var state = pushed();
    assertThat(state.model()).isEqualTo(model());
    assertThat(state.deadlineSeconds()).isEqualTo(900);
    assertThat(state.revisions())
        .singleElement()
        .satisfies(
            revision -> {
              assertThat(revision.version()).isEqualTo("1");
              assertThat(revision.weight()).isEqualTo(100);
            });
    assertThat(state.nodes())
        .hasSize(2)
        .allSatisfy(
            node -> {
              assertThat(node.address()).matches("http://10\\.244\\.\\d+\\.\\d+:8090");
              assertThat(node.ready()).isTrue();
              assertThat(node.draining()).isFalse();
              assertThat(node.pool()).isEqualTo("main");
            });

    var lost = kubelet.pods().getFirst();
    plane.notReady(lost.getMetadata().getName(), "/models/wan has no manifest.json");
    kubelet.setReady(lost, "Unknown");

    eventually()
        .until(
            () ->
                pushed().nodes().stream()
                    .anyMatch(n -> n.name().equals(lost.getMetadata().getName()) && !n.ready()));
    awaitCondition("wan", "Ready", "False", "NodesNotReady");
    assertThat(service("wan").getStatus().phase()).isEqualTo("Degraded");
    eventually()
        .untilAsserted(
            () ->
                assertThat(condition("wan", "Ready").message())
                    .contains("/models/wan has no manifest.json"));

    admin.resource(lost).delete();
    eventually()
        .until(
            () ->
                pushed().nodes().stream()
                    .filter(n -> n.name().equals(lost.getMetadata().getName()))
                    .allMatch(ServiceState.Node::draining));
  }

  @Test
  void aNodeThatFailsItsProbesIsAConditionAndAnEventUntilItPasses() {
    var asked = spec("1", PoolSpec.of("main", 2));
    apply(
        "wan",
        new DiffusionServiceSpec(
            asked.model(),
            asked.runtime(),
            asked.pools(),
            asked.replicas(),
            asked.scaling(),
            asked.warmup(),
            asked.deadline(),
            asked.tenants(),
            asked.degradation(),
            asked.rollout(),
            asked.cost(),
            new ProbeSpec(true, "a cat", "1s", "5s", 2)));
    awaitReady("wan", 2);
    eventually().until(() -> new ServiceState.Probe("a cat", 1, 5, 2).equals(pushed().probe()));
    String node = kubelet.pods().getFirst().getMetadata().getName();

    plane.probe(
        node,
        new ProbeEvidence(
            3, "2026-01-01T12:00:00Z", null, "failed", "NAN_LATENTS after step 2", null));

    awaitCondition("wan", "Ready", "False", "ProbeFailing");
    assertThat(condition("wan", "Ready").message())
        .contains("1 of 2 nodes", node, "3 in a row", "NAN_LATENTS after step 2");
    assertThat(condition("wan", "Available").status()).isEqualTo("True");
    assertThat(service("wan").getStatus().phase()).isEqualTo("Degraded");
    eventually()
        .untilAsserted(
            () ->
                assertThat(admin.events().v1().events().inNamespace(namespace).list().getItems())
                    .anySatisfy(
                        event -> {
                          assertThat(event.getReason()).isEqualTo("ProbeFailing");
                          assertThat(event.getType()).isEqualTo("Warning");
                          assertThat(event.getNote()).contains(node, "NAN_LATENTS");
                        }));

    plane.probe(node, new ProbeEvidence(0, null, null, "passed", null, null));
    awaitCondition("wan", "Ready", "True", "NodesReady");
  }

  @Test
  void aColumnSaysHowItsObjectivesStand() throws Exception {
    apply("wan", spec("1", PoolSpec.of("main", 1)));
    awaitReady("wan", 1);
    assertThat(service("wan").getStatus().slo()).isNull();

    plane.judge(namespace + "/errors", burning());
    objective("errors", "wan");
    eventually().until(() -> "Burning".equals(service("wan").getStatus().slo()));
    objective("latency", "wan");
    objective("elsewhere", "other");
    eventually().until(() -> "Burning 1/2".equals(service("wan").getStatus().slo()));
    assertThat(SERVER.kubectl("get", "dsvc", "-n", namespace).text())
        .contains("SLO")
        .contains("Burning 1/2");

    admin.resources(ServiceLevelObjective.class).inNamespace(namespace).delete();
    eventually().until(() -> service("wan").getStatus().slo() == null);
  }

  private static ObjectiveEvidence burning() {
    return new ObjectiveEvidence(
        "any",
        0,
        "Burning",
        "BurnsFast",
        "in numbers",
        "2026-06-01T12:00:00Z",
        1200,
        40,
        0.966,
        null,
        null,
        0.2,
        null,
        null,
        0.5,
        List.of(),
        List.of());
  }

  private void objective(String name, String service) {
    var objective = new ServiceLevelObjective();
    objective.setMetadata(new ObjectMetaBuilder().withName(name).withNamespace(namespace).build());
    objective.setSpec(ServiceLevelObjectiveSpec.of(service, IndicatorSpec.Type.ERROR_RATE));
    admin.resource(objective).create();
  }

  @Test
  void whatIsAsItShouldBeIsNotWrittenAgain() {
    apply("wan", spec("1", PoolSpec.of("main", 1)));
    awaitReady("wan", 1);
    awaitCondition("wan", "Progressing", "False", "Stable");
    eventually().until(() -> deployments().stream().allMatch(d -> complete(d)));
    int pushes = pushes();

    // The last figures of its start may be written a pass after the condition.
    eventually().untilAsserted(this::threePushesWriteNothing);

    var pushed = plane.pushed(namespace + "/wan");
    assertThat(pushed.getLast().sequence()).isGreaterThan(pushed.get(pushes).sequence());
  }

  private void threePushesWriteNothing() {
    var before = versions();
    int pushes = pushes();
    eventually().until(() -> pushes() >= pushes + 3);
    assertThat(versions()).isEqualTo(before);
  }

  /** Its controller has nothing more to write about it. */
  private static boolean complete(Deployment deployment) {
    var status = deployment.getStatus();
    return Objects.equals(status.getAvailableReplicas(), deployment.getSpec().getReplicas())
        && status.getConditions().stream()
            .anyMatch(condition -> "NewReplicaSetAvailable".equals(condition.getReason()));
  }

  private int pushes() {
    return plane.pushed(namespace + "/wan").size();
  }

  private List<String> versions() {
    return Stream.concat(
            children().filter(child -> !(child instanceof PodDisruptionBudget)),
            Stream.of(service("wan")))
        .map(o -> o.getKind() + o.getMetadata().getName() + o.getMetadata().getResourceVersion())
        .toList();
  }

  @Test
  void aRestartOfTheOperatorRestartsNoPod() throws Exception {
    apply("wan", spec("1", PoolSpec.of("main", 1)));
    awaitReady("wan", 1);
    var before = kubelet.pods().stream().map(pod -> pod.getMetadata().getUid()).toList();

    operator.close();
    int pushes = pushes();
    operator = RunningOperator.start(plane);
    eventually().until(() -> pushes() >= pushes + 2);

    assertThat(kubelet.pods()).extracting(pod -> pod.getMetadata().getUid()).isEqualTo(before);
    assertThat(deployments()).hasSize(1);
  }

  @Test
  void whatSomeoneChangedIsPutBackAndWhatIsTheirsIsLeft() {
    apply("wan", spec("1", PoolSpec.of("main", 1)));
    awaitReady("wan", 1);

    admin
        .services()
        .inNamespace(namespace)
        .withName("wan")
        .edit(
            s -> {
              s.getSpec().setSelector(Map.of("app", "other"));
              s.getMetadata().setAnnotations(Map.of("team", "video"));
              return s;
            });

    eventually()
        .until(
            () ->
                "wan"
                    .equals(
                        admin
                            .services()
                            .inNamespace(namespace)
                            .withName("wan")
                            .get()
                            .getSpec()
                            .getSelector()
                            .get(Names.SERVICE)));
    assertThat(
            admin
                .services()
                .inNamespace(namespace)
                .withName("wan")
                .get()
                .getMetadata()
                .getAnnotations())
        .containsEntry("team", "video");
  }

  private void scale(int replicas) throws Exception {
    var answer = SERVER.kubectl("-n", namespace, "scale", "dsvc/wan", "--replicas=" + replicas);
    assertThat(answer.text()).isEqualTo("diffusionservice.kintsugi.dev/wan scaled\n");
  }

  @Test
  void theServiceIsScaledAndTheDeploymentsFollow() throws Exception {
    apply("wan", spec("1", new PoolSpec("main", false, 1, 3, Map.of(), List.of())));
    awaitReady("wan", 1);

    scale(3);

    awaitReady("wan", 3);
    assertThat(service("wan").getStatus().selector()).isEqualTo("kintsugi.dev/service=wan");
    eventually().until(() -> pushed().scaling().equals(new ServiceState.Scaling(3, 1.5, 3)));
    deployments().forEach(d -> admin.resource(d).scale(7));
    eventually().until(() -> deployments().getFirst().getSpec().getReplicas() == 3);
  }

  @Test
  void aPodLeavesOnlyWhenItHasNoJobAndNoOtherGoesInItsPlace() throws Exception {
    apply("wan", spec("1", new PoolSpec("main", false, 1, 3, Map.of(), List.of())).withReplicas(3));
    awaitReady("wan", 3);
    Set<String> pods = names();
    pods.forEach(pod -> plane.running(pod, 1));

    scale(1);

    eventually()
        .until(() -> pushed().nodes().stream().filter(ServiceState.Node::draining).count() == 2);
    List<String> leaving =
        pushed().nodes().stream()
            .filter(ServiceState.Node::draining)
            .map(ServiceState.Node::name)
            .toList();
    assertThat(deployments().getFirst().getSpec().getReplicas()).isEqualTo(3);
    eventually().until(() -> service("wan").getStatus().ready().equals("1/1"));

    plane.running(leaving.getLast(), 0);

    eventually().until(() -> deployments().getFirst().getSpec().getReplicas() == 2);
    eventually().until(() -> names().equals(without(pods, leaving.getLast())));
    plane.running(leaving.getFirst(), 0);
    eventually().until(() -> names().size() == 1);
    assertThat(leaving).doesNotContainAnyElementsOf(names());
    assertThat(deployments().getFirst().getSpec().getReplicas()).isEqualTo(1);
    eventually().until(() -> events().contains("ScalingDown"));
  }

  @Test
  void aPodThatWasLeavingIsCalledBackWhenTheLoadReturns() throws Exception {
    apply("wan", spec("1", new PoolSpec("main", false, 1, 3, Map.of(), List.of())).withReplicas(2));
    awaitReady("wan", 2);
    kubelet.pods().forEach(pod -> plane.running(pod.getMetadata().getName(), 1));
    scale(1);
    eventually().until(() -> pushed().nodes().stream().anyMatch(ServiceState.Node::draining));

    scale(2);

    eventually().until(() -> pushed().nodes().stream().noneMatch(ServiceState.Node::draining));
    assertThat(kubelet.pods())
        .hasSize(2)
        .allMatch(pod -> Names.annotation(pod, Names.LEAVING_SINCE) == null)
        .allMatch(pod -> Names.annotation(pod, Names.DELETION_COST) == null);
  }

  private Set<String> names() {
    return kubelet.pods().stream()
        .map(pod -> pod.getMetadata().getName())
        .collect(Collectors.toSet());
  }

  private static Set<String> without(Set<String> names, String one) {
    return names.stream().filter(name -> !name.equals(one)).collect(Collectors.toSet());
  }

  @Test
  void aNewVersionIsUpBeforeTheOldOneDrainsAndDrainedBeforeItIsRemoved() {
    apply("wan", spec("1", PoolSpec.of("main", 1)));
    awaitReady("wan", 1);
    String old = service("wan").getStatus().revision();
    String oldPod = kubelet.pods().getFirst().getMetadata().getName();
    plane.running(oldPod, 1);

    apply("wan", spec("2", PoolSpec.of("main", 1)));

    eventually().until(() -> kubelet.pods().size() == 2);
    assertThat(service("wan").getStatus().revision()).isEqualTo(old);
    assertThat(pushed().nodes()).noneMatch(ServiceState.Node::draining);
    awaitCondition("wan", "Progressing", "True", "Replacing");
    assertThat(condition("wan", "Ready").status()).isEqualTo("True");

    kubelet.makeReady();
    eventually().until(() -> !old.equals(service("wan").getStatus().revision()));
    eventually()
        .until(
            () ->
                pushed().nodes().stream()
                    .filter(ServiceState.Node::draining)
                    .map(ServiceState.Node::name)
                    .toList()
                    .equals(List.of(oldPod)));
    assertThat(pushed().revisions())
        .extracting(ServiceState.Revision::version, ServiceState.Revision::weight)
        .containsExactlyInAnyOrder(tuple("1", 0), tuple("2", 100));
    assertThat(deployments()).hasSize(2);

    plane.running(oldPod, 0);
    eventually().until(() -> deployments().size() == 1);
    eventually().until(() -> reasons().contains("Drained"));
    eventually().until(() -> reasons().contains("RevisionReplaced"));
    awaitCondition("wan", "Progressing", "False", "Stable");
  }

  @Test
  void deletionDrainsFirstAndLeavesNothing() {
    apply("wan", spec("1", PoolSpec.of("main", 1)));
    awaitReady("wan", 1);
    String pod = kubelet.pods().getFirst().getMetadata().getName();
    plane.running(pod, 1);

    admin.resource(service("wan")).delete();

    eventually().until(() -> pushed().nodes().stream().allMatch(ServiceState.Node::draining));
    awaitCondition("wan", "Progressing", "True", "Draining");
    assertThat(service("wan").getStatus().phase()).isEqualTo("Draining");
    assertThat(deployments()).as("the pods stay while a job runs").hasSize(1);

    plane.running(pod, 0);
    eventually().until(() -> service("wan") == null);
    assertThat(plane.state(namespace + "/wan")).isNull();
    eventually().until(() -> children().findAny().isEmpty());
  }

  @Test
  void aDrainEndsAtItsBoundEvenIfAJobDoesNot() {
    var runtime = new RuntimeSpec(null, null, List.of(), Map.of(), List.of(), "1s", false);
    apply("wan", spec("1", runtime, PoolSpec.of("main", 1)));
    awaitReady("wan", 1);
    plane.running(kubelet.pods().getFirst().getMetadata().getName(), 1);

    admin.resource(service("wan")).delete();

    eventually().until(() -> service("wan") == null);
    eventually().until(() -> reasons().contains("DrainBoundReached"));
  }

  @Test
  void whatAdmissionCannotSeeIsAConditionWithAllProblemsAndStartsNothing() {
    apply("first", spec("1", PoolSpec.of("main", 1)));
    awaitCondition("first", "Accepted", "True", "SpecValid");
    var runtime =
        new RuntimeSpec(
            null,
            new ResourceRequirementsBuilder()
                .withRequests(Map.of("memory", new Quantity("4Gi")))
                .withLimits(Map.of("memory", new Quantity("2Gi")))
                .build(),
            List.of(
                new EnvVarBuilder().withName("KINTSUGI_NODE_MODEL").withValue("x").build(),
                new EnvVarBuilder().withName("not a name=").withValue("x").build()),
            Map.of("no spaces", "please!"),
            List.of(),
            "2m",
            false);

    apply("wan", spec("1", runtime, PoolSpec.of("main", 1)));

    awaitCondition("wan", "Accepted", "False", "InvalidSpec");
    var accepted = condition("wan", "Accepted");
    assertThat(accepted.message())
        .contains("spec.model.name: '" + model() + "' is already served by " + namespace + "/first")
        .contains("spec.runtime.resources.requests.memory: must not exceed")
        .contains("spec.runtime.env[KINTSUGI_NODE_MODEL]: is set by the operator")
        .contains("spec.runtime.nodeSelector");
    assertThat(condition("wan", "Ready").status()).isEqualTo("False");
    assertThat(condition("wan", "Ready").reason()).isEqualTo("InvalidSpec");
    assertThat(service("wan").getStatus().phase()).isEqualTo("Invalid");
    assertThat(deployments()).allMatch(d -> d.getMetadata().getName().startsWith("first-"));
    assertThat(plane.state(namespace + "/wan")).isNull();
    eventually().until(() -> reasons().contains("InvalidSpec"));

    apply("first", spec("2", PoolSpec.of("main", 1)));
    awaitCondition("first", "Progressing", "True", "Replacing");

    assertThat(condition("wan", "Accepted")).as("no retry rewrote it").isEqualTo(accepted);
    assertThat(events()).filteredOn("InvalidSpec"::equals).hasSize(1);
  }

  @Test
  void anInvalidChangeLeavesWhatRunsAlone() {
    apply("wan", spec("1", PoolSpec.of("main", 1)));
    awaitReady("wan", 1);
    var runtime =
        new RuntimeSpec(null, null, List.of(), Map.of("no spaces", "!"), List.of(), "2m", false);

    apply("wan", spec("2", runtime, PoolSpec.of("main", 1)));

    awaitCondition("wan", "Accepted", "False", "InvalidSpec");
    assertThat(condition("wan", "Available").status()).isEqualTo("True");
    assertThat(deployments()).hasSize(1);
    assertThat(pushed().nodes()).noneMatch(ServiceState.Node::draining);
  }

  @Test
  void freezeWindowsAreToldAndThoseThatNeverBeginAreRefused() {
    apply("wan", frozen("0 18 * * FRI", "Europe/Berlin"));
    eventually()
        .untilAsserted(
            () ->
                assertThat(pushed().freezes())
                    .containsExactly(
                        new ServiceState.Freeze(
                            "0 18 * * FRI", 62 * 3600, "Europe/Berlin", "weekend")));

    apply("wan", frozen("0 0 30 2 *", "UTC"));
    awaitCondition("wan", "Accepted", "False", "InvalidSpec");
    assertThat(condition("wan", "Accepted").message()).contains("spec.rollout.freeze[0].schedule");

    apply("wan", frozen("0 0 * * *", "Berlin"));
    eventually()
        .untilAsserted(
            () ->
                assertThat(condition("wan", "Accepted").message())
                    .contains(
                        "spec.rollout.freeze[0].timeZone: 'Berlin' is no time zone such as Europe/Berlin"));
  }

  @Test
  void aControlPlaneThatIsAwayIsSaidAndFoundAgain() {
    plane.refuseWith(503);
    apply("wan", spec("1", PoolSpec.of("main", 1)));
    eventually().until(() -> kubelet.pods().size() == 1);
    kubelet.makeReady();

    awaitCondition("wan", "FleetSynced", "False", "ControlPlaneUnreachable");
    awaitCondition("wan", "Ready", "False", "ControlPlaneUnreachable");
    plane.refuseWith(401);
    awaitCondition("wan", "FleetSynced", "False", "ControlPlaneUnauthorized");
    plane.refuseWith(0);
    awaitCondition("wan", "Ready", "True", "NodesReady");
  }

  @Test
  void whyAPodDoesNotStartIsInTheMessage() {
    apply("wan", spec("1", PoolSpec.of("main", 1)));
    eventually().until(() -> kubelet.pods().size() == 1);

    kubelet.setWaiting(kubelet.pods().getFirst(), "ImagePullBackOff", "no such image");

    eventually()
        .until(
            () -> condition("wan", "Ready").message().endsWith("ImagePullBackOff: no such image"));
  }

  private List<String> events() {
    return admin.events().v1().events().inNamespace(namespace).list().getItems().stream()
        .map(event -> event.getReason())
        .toList();
  }

  private List<String> reasons() {
    return events().stream().distinct().toList();
  }
}

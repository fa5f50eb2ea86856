package dev.kintsugi.operators.kube;

import static dev.kintsugi.operators.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.operators.crds.DiffusionService;
import dev.kintsugi.operators.crds.DiffusionServiceSpec;
import dev.kintsugi.operators.crds.IndicatorSpec;
import dev.kintsugi.operators.crds.ModelSpec;
import dev.kintsugi.operators.crds.PoolSpec;
import dev.kintsugi.operators.crds.PromptPolicy;
import dev.kintsugi.operators.crds.PromptPolicySpec;
import dev.kintsugi.operators.crds.RolloutSpec;
import dev.kintsugi.operators.crds.ServiceLevelObjective;
import dev.kintsugi.operators.crds.ServiceLevelObjectiveSpec;
import dev.kintsugi.operators.testkit.ApiServer;
import dev.kintsugi.operators.testkit.FakeControlPlane;
import dev.kintsugi.operators.testkit.FakeKubelet;
import dev.kintsugi.operators.testkit.RunningOperator;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Two replicas with exactly the rights the chart gives them, on a real API server with RBAC: one
 * leads, the other takes over.
 */
class LeastRightsTest {

  private static final ApiServer SERVER = ApiServer.get();
  private static final String SYSTEM = "kintsugi-system";
  private static final String ACCOUNT = SYSTEM + ":kintsugi-operator";

  private final KubernetesClient admin = SERVER.admin();

  @BeforeAll
  static void installTheChart() throws Exception {
    SERVER.kubectl("create", "namespace", SYSTEM);
    SERVER.installChart(SYSTEM);
    // While an API is without its provider no namespace can be deleted; it has a test of its own.
    SERVER.kubectl("delete", "apiservice", "v1beta1.external.metrics.k8s.io");
  }

  private RunningOperator replica(String identity, FakeControlPlane plane) {
    return RunningOperator.start(
        RunningOperator.settings(SYSTEM, identity, true),
        SERVER.client(SERVER.token(SYSTEM, "kintsugi-operator")),
        plane);
  }

  private String leader() {
    return admin
        .leases()
        .inNamespace(SYSTEM)
        .withName(OperatorRuntime.LEASE)
        .get()
        .getSpec()
        .getHolderIdentity();
  }

  private void leaveTheLeadOfAReplicaThatDied() {
    var longAgo = ZonedDateTime.now(ZoneOffset.UTC).minusHours(1);
    admin
        .resource(
            new LeaseBuilder()
                .withNewMetadata()
                .withName(OperatorRuntime.LEASE)
                .withNamespace(SYSTEM)
                .endMetadata()
                .withNewSpec()
                .withHolderIdentity("dead")
                .withLeaseDurationSeconds(15)
                .withAcquireTime(longAgo)
                .withRenewTime(longAgo)
                .withLeaseTransitions(1)
                .endSpec()
                .build())
        .create();
  }

  private void apply(String namespace, String version) {
    var service = new DiffusionService();
    service.setMetadata(new ObjectMetaBuilder().withName("wan").withNamespace(namespace).build());
    var base =
        DiffusionServiceSpec.of(
            new ModelSpec("wan-" + namespace, version, null, null, null),
            List.of(PoolSpec.of("main", 1)));
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
            RolloutSpec.of(List.of(50, 100), "1s"),
            base.cost(),
            base.probe()));
    admin.resource(service).forceConflicts().serverSideApply();
  }

  private void promise(String namespace) {
    var objective = new ServiceLevelObjective();
    objective.setMetadata(
        new ObjectMetaBuilder().withName("latency").withNamespace(namespace).build());
    objective.setSpec(ServiceLevelObjectiveSpec.of("wan", IndicatorSpec.Type.LATENCY));
    admin.resource(objective).serverSideApply();
    var policy = new PromptPolicy();
    policy.setMetadata(
        new ObjectMetaBuilder().withName("screening").withNamespace(namespace).build());
    policy.setSpec(new PromptPolicySpec("wan", null, null, null, null, null));
    admin.resource(policy).serverSideApply();
  }

  private ServiceLevelObjective objective(String namespace) {
    return admin
        .resources(ServiceLevelObjective.class)
        .inNamespace(namespace)
        .withName("latency")
        .get();
  }

  private PromptPolicy policy(String namespace) {
    return admin.resources(PromptPolicy.class).inNamespace(namespace).withName("screening").get();
  }

  private DiffusionService service(String namespace) {
    return admin.resources(DiffusionService.class).inNamespace(namespace).withName("wan").get();
  }

  private boolean ready(String namespace) {
    return service(namespace).getStatus().conditions().stream()
        .anyMatch(c -> c.type().equals("Ready") && c.status().equals("True"));
  }

  @Test
  void theStandbyTakesOverAndNeedsNoMoreThanTheChartGives() throws Exception {
    String namespace = SERVER.newNamespace();
    var kubelet = new FakeKubelet(admin, namespace);
    leaveTheLeadOfAReplicaThatDied();
    try (var plane = new FakeControlPlane();
        var first = replica("first", plane)) {
      eventually().until(() -> leader().equals("first"));
      try (var second = replica("second", plane)) {
        apply(namespace, "1");
        eventually().until(() -> kubelet.pods().size() == 1);
        kubelet.makeReady();
        eventually().until(() -> ready(namespace));
        promise(namespace);
        eventually().until(() -> plane.objective(namespace + "/latency") != null);
        eventually().until(() -> objective(namespace).getStatus().state().equals("NoData"));
        eventually().until(() -> policy(namespace).getStatus().target().equals("wan"));
        assertThat(second.runtime().started()).as("a standby is ready").isTrue();
        assertThat(leader()).isEqualTo("first");
        var pods = kubelet.pods().stream().map(pod -> pod.getMetadata().getUid()).toList();

        first.runtime().stop();

        // Long before the lease has run out.
        eventually().until(() -> leader().equals("second"));
        String wan = namespace + "/wan";
        int pushes = plane.pushed(wan).size();
        eventually().until(() -> plane.pushed(wan).size() >= pushes + 2);
        assertThat(kubelet.pods()).extracting(pod -> pod.getMetadata().getUid()).isEqualTo(pods);
        replaceAndDelete(namespace, kubelet, plane);
      }
    }
  }

  private void replaceAndDelete(String namespace, FakeKubelet kubelet, FakeControlPlane plane) {
    apply(namespace, "2");
    eventually().until(() -> kubelet.pods().size() == 2);
    kubelet.makeReady();
    plane.verdict("PROMOTE");
    eventually()
        .until(
            () -> admin.apps().deployments().inNamespace(namespace).list().getItems().size() == 1);
    eventually()
        .untilAsserted(
            () ->
                assertThat(admin.events().v1().events().inNamespace(namespace).list().getItems())
                    .extracting(event -> event.getReason())
                    .contains("RevisionReplaced", "Drained"));
    admin.resource(objective(namespace)).delete();
    eventually().until(() -> objective(namespace) == null);
    admin.resource(policy(namespace)).delete();
    eventually().until(() -> policy(namespace) == null);
    admin.resource(service(namespace)).delete();
    eventually().until(() -> service(namespace) == null);
    eventually().until(() -> admin.services().inNamespace(namespace).list().getItems().isEmpty());
  }

  @Test
  void theOperatorMayNotReadSecretsOrTouchPods() {
    assertThat(SERVER.can(ACCOUNT, "list", "pods", "")).isTrue();
    assertThat(SERVER.can(ACCOUNT, "get", "secrets", "")).isFalse();
    assertThat(SERVER.can(ACCOUNT, "delete", "pods", "")).isFalse();
    assertThat(SERVER.can(ACCOUNT, "create", "pods", "")).isFalse();
    assertThat(SERVER.can(ACCOUNT, "update", "diffusionservices.kintsugi.dev", "")).isFalse();
    assertThat(SERVER.can(ACCOUNT, "update", "servicelevelobjectives.kintsugi.dev", "")).isFalse();
    assertThat(SERVER.can(ACCOUNT, "update", "promptpolicies.kintsugi.dev", "")).isFalse();
  }
}

package dev.kintsugi.operators.servicelevelobjective;

import static dev.kintsugi.operators.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.operators.crds.IndicatorSpec;
import dev.kintsugi.operators.crds.ServiceLevelObjective;
import dev.kintsugi.operators.crds.ServiceLevelObjectiveSpec;
import dev.kintsugi.operators.crds.StatusCondition;
import dev.kintsugi.operators.testkit.ApiServer;
import dev.kintsugi.operators.testkit.FakeControlPlane;
import dev.kintsugi.operators.testkit.RunningOperator;
import dev.kintsugi.protocol.fleet.ObjectiveEvidence;
import dev.kintsugi.protocol.fleet.ServiceObjective;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole reconciler on a real API server, with a fake control plane. */
class ServiceLevelObjectiveReconcilerTest {

  private static final ApiServer SERVER = ApiServer.get();

  private static final String RULES_OF_ANOTHER_OPERATOR =
      """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: prometheusrules.monitoring.coreos.com}
      spec:
        group: monitoring.coreos.com
        scope: Namespaced
        names: {kind: PrometheusRule, plural: prometheusrules, singular: prometheusrule, listKind: PrometheusRuleList}
        versions:
          - name: v1
            served: true
            storage: true
            schema:
              openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
      """;

  private static FakeControlPlane plane;
  private static RunningOperator operator;

  @TempDir Path directory;
  private final KubernetesClient admin = SERVER.admin();
  private final String namespace = SERVER.newNamespace();

  @BeforeAll
  static void start() throws Exception {
    plane = new FakeControlPlane();
    operator = RunningOperator.start(plane);
  }

  @AfterEach
  void clear() {
    plane.refuseWith(0);
    admin.resources(ServiceLevelObjective.class).inNamespace(namespace).delete();
    eventually()
        .until(
            () ->
                admin
                    .resources(ServiceLevelObjective.class)
                    .inNamespace(namespace)
                    .list()
                    .getItems()
                    .isEmpty());
  }

  @AfterAll
  static void stop() throws Exception {
    operator.close();
    plane.close();
  }

  private ServiceLevelObjective get(String name) {
    return admin.resources(ServiceLevelObjective.class).inNamespace(namespace).withName(name).get();
  }

  private void apply(String name, ServiceLevelObjectiveSpec spec) {
    var resource = new ServiceLevelObjective();
    resource.setMetadata(new ObjectMetaBuilder().withName(name).withNamespace(namespace).build());
    resource.setSpec(spec);
    admin.resource(resource).forceConflicts().serverSideApply();
  }

  private static ServiceLevelObjectiveSpec latency() {
    return ServiceLevelObjectiveSpec.of("wan", IndicatorSpec.Type.LATENCY);
  }

  private StatusCondition condition(String name, String type) {
    return get(name).getStatus().conditions().stream()
        .filter(condition -> condition.type().equals(type))
        .findFirst()
        .orElseThrow();
  }

  private void awaitCondition(String name, String type, String status, String reason) {
    eventually()
        .untilAsserted(
            () ->
                assertThat(condition(name, type))
                    .satisfies(
                        found -> assertThat(found.status()).isEqualTo(status),
                        found -> assertThat(found.reason()).isEqualTo(reason)));
  }

  private String key(String name) {
    return namespace + "/" + name;
  }

  private static ObjectiveEvidence evidence(String state, String reason, double left, double burn) {
    return new ObjectiveEvidence(
        "any",
        0,
        state,
        reason,
        "in numbers",
        "2026-06-01T12:00:00Z",
        1200,
        5,
        0.9958,
        null,
        null,
        left,
        41.234,
        "quantile",
        0.5,
        List.of(
            new ObjectiveEvidence.Level(
                "page-fast", 3600, 300, burn, burn, 8, 2.8, 15, 5, 9, burn > 8, 0.0012, 0.003)),
        List.of(new ObjectiveEvidence.Slice("tenant", "anna", 700, 4, 0.9943, 40.0)));
  }

  @Test
  void anObjectiveIsPushedWithItsDefaultsAndItsColumnsSayHowItStands() throws Exception {
    plane.judge(key("latency"), evidence("OK", "WithinBudget", 0.58, 0.42));
    apply("latency", latency());

    awaitCondition("latency", "Met", "True", "WithinBudget");
    awaitCondition("latency", "Accepted", "True", "Accepted");
    ServiceObjective pushed = plane.objective(key("latency"));
    assertThat(pushed)
        .isEqualTo(
            new ServiceObjective(
                get("latency").getMetadata().getUid(),
                1,
                "wan",
                "latency",
                null,
                60.0,
                null,
                null,
                0.99,
                30 * 24 * 3600));
    assertThat(get("latency").getStatus().observedGeneration()).isEqualTo(1);
    String table = SERVER.kubectl("get", "kslo", "-n", namespace).text();
    assertThat(table.lines().findFirst().orElseThrow().split("\\s{2,}"))
        .containsExactly(
            "NAME", "SERVICE", "OBJECTIVE", "CURRENT", "BUDGET LEFT", "BURN", "STATE", "AGE");
    assertThat(table).contains("wan", "99% ≤ 60s", "99.58%", "58%", "0.42", "OK");
    assertThat(SERVER.kubectl("get", "kslo", "-n", namespace, "-o", "wide").text())
        .contains("p99 41.2s", "WithinBudget");
  }

  @Test
  void aChangeOfStateIsAnEventAndKeepsTransitionTimes() {
    plane.judge(key("latency"), evidence("OK", "WithinBudget", 0.58, 0.42));
    apply("latency", latency());
    awaitCondition("latency", "Met", "True", "WithinBudget");
    String since = condition("latency", "Met").lastTransitionTime();

    plane.judge(key("latency"), evidence("Burning", "BurnsFast", 0.2, 9));
    awaitCondition("latency", "Met", "True", "BurnsFast");
    assertThat(condition("latency", "Met").lastTransitionTime()).isEqualTo(since);
    plane.judge(key("latency"), evidence("Exhausted", "BudgetSpent", -0.1, 9));
    awaitCondition("latency", "Met", "False", "BudgetSpent");

    eventually()
        .untilAsserted(
            () ->
                assertThat(admin.events().v1().events().inNamespace(namespace).list().getItems())
                    .filteredOn(event -> "Warning".equals(event.getType()))
                    .extracting(event -> event.getReason())
                    .contains("BurnsFast", "BudgetSpent"));
  }

  @Test
  void unknownIsNeverMet() {
    plane.judge(key("latency"), evidence("OK", "WithinBudget", 0.58, 0.42));
    apply("latency", latency());
    awaitCondition("latency", "Met", "True", "WithinBudget");

    plane.refuseWith(503);
    awaitCondition("latency", "Met", "Unknown", "NoEvidence");
    awaitCondition("latency", "Ready", "Unknown", "ControlPlaneUnreachable");
    assertThat(get("latency").getStatus().state()).isEqualTo("NoData");
    assertThat(get("latency").getStatus().current()).isNull();

    plane.forgetObjectives();
    plane.refuseWith(0);
    awaitCondition("latency", "Met", "True", "WithinBudget");
  }

  @Test
  void anEstimatedShareIsShownWithItsInterval() throws Exception {
    plane.judge(
        key("interception"),
        new ObjectiveEvidence(
            "any",
            0,
            "OK",
            "WithinBudget",
            "in numbers",
            "2026-06-01T12:00:00Z",
            462,
            109,
            0.7638,
            0.7046,
            0.7724,
            0.28,
            null,
            null,
            0.01,
            List.of(),
            List.of()));
    apply(
        "interception", ServiceLevelObjectiveSpec.of("wan", IndicatorSpec.Type.INTERCEPTION_RATE));
    awaitCondition("interception", "Met", "True", "WithinBudget");
    assertThat(SERVER.kubectl("get", "kslo", "-n", namespace, "-o", "wide").text())
        .contains("67%", "76.38%", "70.46% to 77.24%");
  }

  @Test
  void aRefusedObjectiveSaysWhy() {
    plane.refuseWith(400);
    apply("latency", latency());

    awaitCondition("latency", "Accepted", "False", "Refused");
    assertThat(condition("latency", "Accepted").message()).contains("refused");
    awaitCondition("latency", "Ready", "False", "NotAccepted");
  }

  @Test
  void aChangeIsPushedAndADeletionForgotten() {
    apply("latency", latency());
    eventually().until(() -> plane.objective(key("latency")) != null);

    apply(
        "latency",
        new ServiceLevelObjectiveSpec(
            "wan",
            new IndicatorSpec(IndicatorSpec.Type.COST, null, "0.12", null),
            "97.5",
            "12h",
            ServiceLevelObjectiveSpec.Degraded.BAD,
            new ServiceLevelObjectiveSpec.AlertingSpec(true, true)));
    eventually().until(() -> plane.objective(key("latency")).generation() == 2);
    ServiceObjective pushed = plane.objective(key("latency"));
    assertThat(pushed.indicator()).isEqualTo("cost");
    assertThat(pushed.atMost()).isEqualTo(0.12);
    assertThat(pushed.target()).isEqualTo(0.975);
    assertThat(pushed.degraded()).isEqualTo("bad");
    assertThat(pushed.windowSeconds()).isEqualTo(12 * 3600);

    admin.resource(get("latency")).delete();
    eventually().until(() -> get("latency") == null);
    assertThat(plane.objective(key("latency"))).isNull();
  }

  @Test
  void rulesAreWrittenWhereThePrometheusOperatorIs() throws Exception {
    Path file = Files.writeString(directory.resolve("crd.yaml"), RULES_OF_ANOTHER_OPERATOR);
    assertThat(SERVER.kubectl("apply", "-f", file.toString()).code()).isZero();
    assertThat(
            SERVER
                .kubectl(
                    "wait",
                    "--timeout=180s",
                    "--for=condition=Established",
                    "crd/prometheusrules.monitoring.coreos.com")
                .code())
        .isZero();
    // The operator looks at the list of kinds, which is written after they are served.
    eventually()
        .until(
            () ->
                admin.getApiResources(AlertRules.API_VERSION).getResources().stream()
                    .anyMatch(known -> known.getKind().equals(AlertRules.KIND)));
    apply("latency", latency());

    eventually().until(() -> rule("kslo-latency") != null);
    assertThat(rule("kslo-latency").getMetadata().getOwnerReferences())
        .singleElement()
        .satisfies(owner -> assertThat(owner.getKind()).isEqualTo("ServiceLevelObjective"));
    assertThat(rule("kslo-latency").toString())
        .contains("kintsugi_slo_firing{slo=\"" + key("latency"))
        .contains("page-fast", "page-slow", "ticket", "KintsugiBudgetSpent");
  }

  private GenericKubernetesResource rule(String name) {
    return admin
        .genericKubernetesResources(AlertRules.API_VERSION, AlertRules.KIND)
        .inNamespace(namespace)
        .withName(name)
        .get();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{service: wan, indicator: {type: latency}}|",
        "{service: wan, indicator: {type: errorRate}, objective: '99.9', window: 90d}|",
        "{service: wan, indicator: {type: prometheus, query: up, atLeast: '1'}}|",
        "{service: wan, indicator: {type: gpuUtilization, atLeast: '20', atMost: '95'}}|",
        "{service: wan, indicator: {type: interceptionRate}}|",
        "{service: wan, indicator: {type: promptFalsePositives, atMost: '1'}}|have no bounds",
        "{service: wan, indicator: {type: speed}}|Unsupported value",
        "{service: wan, indicator: {type: errorRate, atMost: '1'}}|have no bounds",
        "{service: wan, indicator: {type: latency, atMost: '60'}}|a positive duration such as 60s",
        "{service: wan, indicator: {type: cost, atMost: 8c}}|bounds must be numbers",
        "{service: wan, indicator: {type: prometheus, query: up}}|needs a query and a bound",
        "{service: wan, indicator: {type: latency, query: up}}|no other type has a query",
        "{service: wan, indicator: {type: latency}, objective: '100'}|above 0 and below 100",
        "{service: wan, indicator: {type: latency}, objective: '0'}|above 0 and below 100",
        "{service: wan, indicator: {type: latency}, window: 91d}|1h to 2160h or 1d to 90d",
        "{service: wan, indicator: {type: latency}, window: 30m}|1h to 2160h or 1d to 90d",
        "{indicator: {type: latency}}|spec.service: Required value",
      })
  void admissionRefusesWhatItCan(String spec, String problem) {
    String yaml =
        """
        apiVersion: kintsugi.dev/v1alpha1
        kind: ServiceLevelObjective
        metadata: {name: tried}
        spec: %s
        """
            .formatted(spec);

    var answer = SERVER.tried(namespace, yaml);

    if (problem == null) {
      assertThat(answer.code()).as(answer.text()).isZero();
    } else {
      assertThat(answer.code()).isNotZero();
      assertThat(answer.text()).contains(problem);
    }
  }
}

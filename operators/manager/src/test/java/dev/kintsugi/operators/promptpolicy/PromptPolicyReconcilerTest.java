package dev.kintsugi.operators.promptpolicy;

import static dev.kintsugi.operators.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.screening.Threshold;
import dev.kintsugi.operators.crds.PromptPolicy;
import dev.kintsugi.operators.crds.StatusCondition;
import dev.kintsugi.operators.crds.ThresholdsSpec;
import dev.kintsugi.operators.testkit.ApiServer;
import dev.kintsugi.operators.testkit.FakeControlPlane;
import dev.kintsugi.operators.testkit.RunningOperator;
import dev.kintsugi.protocol.fleet.PromptPolicyEvidence;
import dev.kintsugi.protocol.fleet.PromptPolicyState;
import dev.kintsugi.protocol.screening.PromptInterception;
import dev.kintsugi.protocol.screening.PromptInterception.Interval;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole reconciler on a real API server, with a fake control plane. */
class PromptPolicyReconcilerTest {

  private static final ApiServer SERVER = ApiServer.get();
  private static final Path EXAMPLE = Path.of("../../deploy/examples/promptpolicy.yaml");

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
    admin.resources(PromptPolicy.class).inNamespace(namespace).delete();
    eventually()
        .until(
            () ->
                admin
                    .resources(PromptPolicy.class)
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

  private PromptPolicy get(String name) {
    return admin.resources(PromptPolicy.class).inNamespace(namespace).withName(name).get();
  }

  private ApiServer.Answer apply(String name, String spec)
      throws IOException, InterruptedException {
    Path file = Files.writeString(directory.resolve(name + ".yaml"), manifest(name, spec));
    return SERVER.kubectl("apply", "-n", namespace, "-f", file.toString());
  }

  private ApiServer.Answer tried(String spec) {
    return SERVER.tried(namespace, manifest("tried", spec));
  }

  private static String manifest(String name, String spec) {
    return """
        apiVersion: kintsugi.dev/v1alpha1
        kind: PromptPolicy
        metadata: {name: %s}
        spec: %s
        """
        .formatted(name, spec);
  }

  private void awaitCondition(String name, String type, String status, String reason) {
    eventually()
        .untilAsserted(
            () -> {
              StatusCondition found = condition(name, type);
              assertThat(found.status()).isEqualTo(status);
              assertThat(found.reason()).isEqualTo(reason);
            });
  }

  private StatusCondition condition(String name, String type) {
    return get(name).getStatus().conditions().stream()
        .filter(condition -> condition.type().equals(type))
        .findFirst()
        .orElseThrow();
  }

  private String key(String name) {
    return namespace + "/" + name;
  }

  private PromptPolicyEvidence evidence(@Nullable String takenBy) {
    return new PromptPolicyEvidence(
        "any",
        0,
        takenBy,
        List.of(namespace + "/wan"),
        30,
        Map.of("accept", 9_210L, "suggest_rewrite", 301L, "reject", 412L),
        Map.of("learned_rule", 371L, "emoji_run", 41L),
        Map.of("enforced", 1L, "shadow", 1L),
        List.of(
            new PromptPolicyEvidence.Rule(
                "rule_7",
                "word:dragon",
                namespace + "/wan",
                "mined",
                "enforced",
                false,
                371,
                20,
                19,
                "19 of 20 let through failed, so at least 62 % do, with 50 % wanted."),
            new PromptPolicyEvidence.Rule(
                "rule_9",
                "no-lava",
                namespace + "/wan",
                "policy",
                "shadow",
                false,
                0,
                3,
                2,
                "2 of 3 let through failed, so at least 4 % do, with 50 % wanted.")),
        new PromptInterception(
            371,
            0,
            new Interval(352.45, 260, 370),
            109,
            9_300,
            new Interval(0.76378, 0.7046, 0.7724),
            new Interval(0.00199, 0.0001, 0.0118)));
  }

  @Test
  void theExampleIsPushedAndItsColumnsSayWhatItDoes() throws Exception {
    plane.tell(key("screening"), evidence(null));
    String example =
        Files.readString(EXAMPLE).replace("namespace: studio", "namespace: " + namespace);
    Path file = Files.writeString(directory.resolve("example.yaml"), example);
    assertThat(SERVER.kubectl("apply", "-f", file.toString()).code()).isZero();

    awaitCondition("screening", "Ready", "True", "InForce");
    awaitCondition("screening", "Accepted", "True", "Accepted");
    assertThat(plane.policy(key("screening")))
        .isEqualTo(
            new PromptPolicyState(
                get("screening").getMetadata().getUid(),
                1,
                get("screening").getMetadata().getCreationTimestamp(),
                "wan-tiny",
                Map.of("emojiRun", 4),
                List.of(
                    new PromptPolicyState.Rule(
                        "long-volcanoes",
                        List.of("word:volcano", "frames>=33"),
                        "shadow",
                        false,
                        "Lava past two seconds comes out black; see whether it does here.")),
                new PromptPolicyState.Terms(
                    Map.of("brands", List.of("acme corp", "虚构公司")), List.of("acme corp museum")),
                new PromptPolicyState.Promotion(null, null, 0.1, false),
                7_200L));
    var status = get("screening").getStatus();
    assertThat(status.observedGeneration()).isEqualTo(1);
    assertThat(status.verdicts()).containsEntry("suggest_rewrite", 301L);
    assertThat(status.reasons()).containsEntry("emoji_run", 41L);
    assertThat(status.rules()).hasSize(2);
    assertThat(status.interception().low()).isEqualTo("70.46%");
    assertThat(status.interception().falsePositiveHigh()).isEqualTo("1.18%");
    String table = SERVER.kubectl("get", "pp", "-n", namespace).text();
    assertThat(table.lines().findFirst().orElseThrow().split("\\s{2,}"))
        .containsExactly(
            "NAME", "SERVICE", "RULES", "INTERCEPTED", "REJECTED", "ACCEPTED", "READY", "AGE");
    assertThat(table).contains("screening", "wan-tiny", "76.38%", "412", "True");
    assertThat(SERVER.kubectl("get", "pp", "-n", namespace, "-o", "wide").text())
        .contains("0.2%", "InForce");
  }

  @Test
  void whatHasAnOlderPolicyKeepsIt() throws Exception {
    plane.tell(key("late"), evidence("early"));
    assertThat(apply("late", "{}").code()).isZero();

    awaitCondition("late", "Accepted", "False", "TargetTaken");
    assertThat(condition("late", "Accepted").message()).contains("PromptPolicy early");
    assertThat(get("late").getStatus().target()).isEqualTo("*");
    assertThat(get("late").getStatus().enforced()).isNull();
    awaitCondition("late", "Ready", "False", "NotAccepted");
    eventually()
        .untilAsserted(
            () ->
                assertThat(admin.events().v1().events().inNamespace(namespace).list().getItems())
                    .filteredOn(event -> "Warning".equals(event.getType()))
                    .extracting(event -> event.getReason())
                    .contains("TargetTaken"));
  }

  @Test
  void unknownIsNeverReadyAndAServiceThatIsNotThereIsSaid() throws Exception {
    assertThat(apply("typo", "{service: wam}").code()).isZero();
    awaitCondition("typo", "Ready", "False", "NoService");
    String since = condition("typo", "Accepted").lastTransitionTime();

    plane.refuseWith(400);
    assertThat(apply("typo", "{service: wam, thresholds: {repeats: 9}}").code()).isZero();
    awaitCondition("typo", "Accepted", "False", "Refused");
    assertThat(condition("typo", "Accepted").message()).contains("refused");
    plane.refuseWith(503);
    assertThat(apply("typo", "{service: wam, thresholds: {repeats: 8}}").code()).isZero();
    awaitCondition("typo", "Ready", "Unknown", "ControlPlaneUnreachable");
    plane.refuseWith(0);
    plane.tell(key("typo"), evidence(null));
    assertThat(apply("typo", "{service: wan}").code()).isZero();
    awaitCondition("typo", "Ready", "True", "InForce");
    assertThat(condition("typo", "Accepted").lastTransitionTime()).isGreaterThanOrEqualTo(since);

    plane.refuseWith(503);
    assertThat(apply("typo", "{service: wan, thresholds: {repeats: 7}}").code()).isZero();
    awaitCondition("typo", "Ready", "Unknown", "ControlPlaneUnreachable");
    assertThat(SERVER.kubectl("get", "pp", "-n", namespace).text())
        .as("what was last taken stays in force")
        .contains("76.38%", "412", "Unknown");
    assertThat(get("typo").getStatus().rules()).hasSize(2);
    for (String type : List.of("Accepted", "Ready")) {
      StatusCondition unknown = condition("typo", type);
      assertThat(unknown.message())
          .contains("503", "Unknown since " + unknown.lastTransitionTime());
    }
    plane.refuseWith(0);
    plane.tell(key("typo"), evidence("early"));
    assertThat(apply("typo", "{service: wan}").code()).isZero();
    awaitCondition("typo", "Accepted", "False", "TargetTaken");
    assertThat(get("typo").getStatus().verdicts()).isEmpty();

    admin.resource(get("typo")).delete();
    eventually().until(() -> get("typo") == null);
    assertThat(plane.policy(key("typo"))).isNull();
  }

  /** Whoever adds a threshold to one of the two is told to add it to the other. */
  @Test
  void everyThresholdCanBeSetWithinItsBounds() {
    assertThat(Arrays.stream(ThresholdsSpec.class.getRecordComponents()).map(c -> c.getName()))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Threshold.values()).map(Threshold::wireName).toList());
    for (Threshold threshold : Threshold.values()) {
      String needs = threshold == Threshold.BRACKET_DEPTH ? "reviewLength: 511, " : "";
      String set = "{thresholds: {" + needs + threshold.wireName() + ": %d}}";
      assertThat(tried(set.formatted(threshold.least())).code()).isZero();
      assertThat(tried(set.formatted(threshold.most())).code()).isZero();
      assertThat(tried(set.formatted(threshold.least() - 1)).code()).isNotZero();
      assertThat(tried(set.formatted(threshold.most() + 1)).code()).isNotZero();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|",
        "{promotion: {leastPrecision: 0.95, canaryShare: 0.05, exploreShare: 0.5}}|",
        "{rules: [{name: a, features: ['han:悲伤', 'pixels>=10000000', mixed-scripts]}]}|",
        "{rules: [{name: a, features: ['topic:dragon-castle~12']}]}|",
        "{thresholds: {bracketDepth: 3}}|bracketDepth needs a reviewLength below 512",
        "{thresholds: {bracketDepth: 3, reviewLength: 512}}|needs a reviewLength below 512",
        "{promotion: {leastPrecision: 0.96}}|leastPrecision must be 0.2 to 0.95",
        "{promotion: {canaryShare: 0.01}}|canaryShare must be 0.05 to 0.95",
        "{promotion: {exploreShare: 0}}|exploreShare must be 0.01 to 0.5",
        "{promotion: {approval: Sometimes}}|Unsupported value",
        "{rules: [{name: a, features: [dragon]}]}|must be such as word:dragon",
        "{rules: [{name: a, features: ['word:Dragon']}]}|must be such as word:dragon",
        "{rules: [{name: a, features: ['speed>=3']}]}|must be such as word:dragon",
        "{rules: [{name: a, features: ['topic:dragon']}]}|must be such as word:dragon",
        "{rules: [{name: a, features: []}]}|should have at least 1 items",
        "{rules: [{name: A, features: ['word:fox']}]}|must be a DNS label",
        "{rules: [{name: a, features: ['word:fox'], stage: retired}]}|Unsupported value",
        "{rules: [{name: a, features: ['word:a1']}, {name: a, features: ['word:a2']}]}|Duplicate",
        "{lexicon: {exceptions: [''], terms: {a: [b]}}}|should be at least 1 chars long",
        "{review: {decideWithin: 721h}}|at most 720h",
        "{review: {decideWithin: 1d}}|must be a positive duration",
        "{service: ''}|should be at least 1 chars long",
      })
  void admissionRefusesWhatItCan(String spec, String problem) {
    var answer = tried(spec);

    if (problem == null) {
      assertThat(answer.code()).as(answer.text()).isZero();
    } else {
      assertThat(answer.code()).isNotZero();
      assertThat(answer.text()).contains(problem);
    }
  }
}

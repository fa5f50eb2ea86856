package dev.kintsugi.operators.diffusionservice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.operators.crds.DiffusionService;
import dev.kintsugi.operators.crds.DiffusionServiceSpec;
import dev.kintsugi.operators.crds.ModelSpec;
import dev.kintsugi.operators.crds.PoolSpec;
import dev.kintsugi.operators.testkit.ApiServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a real API server takes, completes and refuses. */
class AdmissionTest {

  private static final ApiServer SERVER = ApiServer.get();

  private static final String VALID =
      """
      apiVersion: kintsugi.dev/v1alpha1
      kind: DiffusionService
      metadata:
        name: wan
      spec:
        model:
          name: wan-tiny
          version: "1"
        pools:
          - name: main
      """;

  @TempDir Path directory;

  private ApiServer.Answer apply(String namespace, String yaml)
      throws IOException, InterruptedException {
    Path file = Files.writeString(directory.resolve("service.yaml"), yaml);
    return SERVER.kubectl("apply", "-n", namespace, "-f", file.toString());
  }

  @Test
  void theSmallestServiceIsTakenAndCompleted() throws Exception {
    String namespace = SERVER.newNamespace();

    var answer = apply(namespace, VALID);

    assertThat(answer.code()).as(answer.text()).isZero();
    var spec =
        SERVER
            .admin()
            .genericKubernetesResources("kintsugi.dev/v1alpha1", "DiffusionService")
            .inNamespace(namespace)
            .withName("wan")
            .get();
    assertThat((Object) spec.get("spec", "deadline")).isEqualTo("15m");
    assertThat((Object) spec.get("spec", "warmup", "timeout")).isEqualTo("5m");
    assertThat((Object) spec.get("spec", "rollout", "steps")).isEqualTo(List.of(1, 5, 25, 50, 100));
    assertThat((Object) spec.get("spec", "rollout", "analysis", "alpha")).isEqualTo(0.01);
    assertThat((Object) spec.get("spec", "runtime", "drainTimeout")).isEqualTo("2m");
    assertThat((Object) spec.get("spec", "probe", "interval")).isEqualTo("30s");
    assertThat((Object) spec.get("spec", "probe", "timeout")).isEqualTo("60s");
    assertThat((Object) spec.get("spec", "probe", "failures")).isEqualTo(3);
    assertThat((Object) spec.get("spec", "pools", 0, "minReplicas")).isEqualTo(1);
    assertThat((Object) spec.get("spec", "pools", 0, "spot")).isEqualTo(false);
  }

  /** The defaults of the schema and of the classes are the same. */
  @Test
  void whatTheServerCompletesIsWhatTheClassesMean() throws Exception {
    String namespace = SERVER.newNamespace();
    apply(namespace, VALID);

    var stored =
        SERVER
            .admin()
            .resources(DiffusionService.class)
            .inNamespace(namespace)
            .withName("wan")
            .get();

    assertThat(stored.getSpec())
        .isEqualTo(
            DiffusionServiceSpec.of(
                new ModelSpec("wan-tiny", "1", null, null, null), List.of(PoolSpec.of("main", 1))));
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of(
            "name: wan\nspec",
            "name: " + "w".repeat(41) + "\nspec",
            "metadata.name must be at most 40 characters"),
        Arguments.of("name: wan-tiny", "name: Wan_Tiny", "spec.model.name must be lower-case"),
        Arguments.of("version: \"1\"", "version: \"v 1\"", "spec.model.version must be letters"),
        Arguments.of(
            "version: \"1\"",
            "version: \"1\"\n    source: models/wan",
            "spec.model.source must be an absolute directory in the image or pvc://"),
        Arguments.of(
            "version: \"1\"",
            "version: \"1\"\n    source: /models/../etc",
            "spec.model.source must be an absolute directory in the image or pvc://"),
        Arguments.of(
            "version: \"1\"",
            "version: \"1\"\n    digest: sha256:abc",
            "spec.model.digest must be 'sha256:' and 64 lower-case hex digits"),
        Arguments.of("- name: main", "- name: Main", "spec.pools[].name must be lower-case"),
        Arguments.of(
            "- name: main",
            "- name: main\n      minReplicas: 3\n      maxReplicas: 2",
            "spec.pools[].maxReplicas must not be below spec.pools[].minReplicas"),
        Arguments.of(
            "- name: main", "- name: main\n    - name: main", "spec.pools[1]: Duplicate value"),
        Arguments.of(
            "pools:\n    - name: main", "pools: []", "spec.pools in body should have at least 1"),
        Arguments.of(
            "- name: main",
            "- name: main\n      minReplicas: -1",
            "spec.pools[0].minReplicas in body should be greater than or equal to 0"),
        Arguments.of(
            "spec:",
            "spec:\n  scaling: {target: 1}",
            "spec.scaling.scaleDownBelow must not be above spec.scaling.target"),
        Arguments.of(
            "spec:",
            "spec:\n  replicas: -1",
            "spec.replicas in body should be greater than or equal to 0"),
        Arguments.of(
            "spec:",
            "spec:\n  deadline: 0s",
            "spec.deadline must be a positive duration such as 90s, 15m or 2h"),
        Arguments.of(
            "spec:", "spec:\n  warmup: {timeout: soon}", "spec.warmup.timeout must be a positive"),
        Arguments.of(
            "spec:",
            "spec:\n  runtime: {drainTimeout: 1d}",
            "spec.runtime.drainTimeout must be a positive"),
        Arguments.of(
            "spec:",
            "spec:\n  runtime: {resources: {requests: {memory: lots}}}",
            "spec.runtime.resources.requests.memory in body should match"),
        Arguments.of(
            "version: \"1\"",
            "version: \"1\"\n    lite: ../small",
            "spec.model.lite must be an absolute directory in the image or pvc://"),
        Arguments.of(
            "spec:",
            "spec:\n  degradation: {ladder: [new_seed, new_seed]}",
            "spec.degradation.ladder must not name a step twice"),
        Arguments.of(
            "spec:",
            "spec:\n  degradation: {ladder: [as_asked]}",
            "spec.degradation.ladder[0]: Unsupported value"),
        Arguments.of(
            "spec:",
            "spec:\n  probe: {interval: 0s}",
            "spec.probe.interval must be a positive duration such as 30s or 5m, at most 24h;"
                + " spec.probe.enabled: false switches probing off"),
        Arguments.of(
            "spec:", "spec:\n  probe: {interval: 25h}", "spec.probe.interval must be a positive"),
        Arguments.of(
            "spec:", "spec:\n  probe: {timeout: long}", "spec.probe.timeout must be a positive"),
        Arguments.of(
            "spec:", "spec:\n  probe: {prompt: '  '}", "spec.probe.prompt must not be blank"),
        Arguments.of(
            "spec:",
            "spec:\n  probe: {failures: 0}",
            "spec.probe.failures in body should be greater than or equal to 1"),
        Arguments.of("spec:", "spec:\n  tenants: [a, a]", "spec.tenants[1]: Duplicate value"),
        Arguments.of(
            "spec:",
            "spec:\n  runtime: {env: [{name: A, value: x}, {name: A, value: y}]}",
            "spec.runtime.env[1]: Duplicate value"),
        Arguments.of(
            "spec:",
            "spec:\n  rollout: {steps: [5, 5, 100]}",
            "steps must rise strictly, from at least 1 to 100"),
        Arguments.of(
            "spec:",
            "spec:\n  rollout: {steps: [1, 50]}",
            "steps must rise strictly, from at least 1 to 100"),
        Arguments.of(
            "spec:",
            "spec:\n  rollout: {analysis: {alpha: 0}}",
            "analysis.alpha must be above 0 and at most 0.5"),
        Arguments.of(
            "spec:",
            "spec:\n  rollout: {analysis: {shadowVideos: 101}}",
            "spec.rollout.analysis.shadowVideos in body should be less than or equal to 100"),
        Arguments.of(
            "spec:",
            "spec:\n  rollout: {freeze: [{schedule: '0 0 * * *', duration: 3d}]}",
            "freeze.duration must be a positive duration such as 90m or 62h, at most 2160h"),
        Arguments.of(
            "spec:",
            "spec:\n  rollout: {freeze: [{schedule: '0 0 * *', duration: 1h}]}",
            "freeze.schedule must be cron with five fields"),
        Arguments.of(
            "spec:",
            "spec:\n  rollout: {freeze: [{duration: 1h}]}",
            "spec.rollout.freeze[0].schedule: Required value"),
        Arguments.of(
            "spec:", "spec:\n  rollout: {bake: long}", "bake must be a positive duration such as"),
        Arguments.of(
            "spec:",
            "spec:\n  rollout: {maxSurge: 2}",
            "spec.rollout.maxSurge in body should be less than or equal to 1"),
        Arguments.of("spec:", "spec:\n  repicas: 3", "unknown field \"spec.repicas\""));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void aWrongServiceIsRefusedWithTheFieldsName(String right, String wrong, String message) {
    assertThat(VALID).contains(right);

    var answer = SERVER.tried("default", VALID.replaceFirst(Pattern.quote(right), wrong));

    assertThat(answer.code()).as(answer.text()).isNotZero();
    assertThat(answer.text()).contains(message);
  }

  @Test
  void theNameOfTheModelCannotBeChanged() throws Exception {
    String namespace = SERVER.newNamespace();
    apply(namespace, VALID);

    var answer = apply(namespace, VALID.replace("wan-tiny", "wan-large"));

    assertThat(answer.code()).isNotZero();
    assertThat(answer.text()).contains("spec.model.name is immutable");
    assertThat(apply(namespace, VALID.replace("\"1\"", "\"2\"")).code()).isZero();
  }

  @Test
  void severalMistakesAreNamedTogether() throws Exception {
    var answer =
        apply(
            SERVER.newNamespace(),
            VALID.replace("wan-tiny", "Wan").replace("spec:", "spec:\n  deadline: 0s"));

    assertThat(answer.text()).contains("spec.model.name must be", "spec.deadline must be");
  }

  @Test
  void everyExampleIsTaken() throws Exception {
    SERVER.kubectl("create", "namespace", "studio");
    try (Stream<Path> examples = Files.list(ApiServer.REPOSITORY.resolve("deploy/examples"))) {
      String files =
          examples
              .map(Path::toString)
              .filter(file -> file.endsWith(".yaml"))
              .collect(Collectors.joining(","));
      var answer = SERVER.kubectl("apply", "--dry-run=server", "--validate=strict", "-f", files);
      assertThat(answer.code()).as(answer.text()).isZero();
    }
  }
}

package dev.kintsugi.operators.diffusionservice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.service.ServiceObservation;
import dev.kintsugi.core.service.ServicePlanner;
import dev.kintsugi.operators.OperatorSettings;
import dev.kintsugi.operators.crds.CostSpec;
import dev.kintsugi.operators.crds.DegradationSpec;
import dev.kintsugi.operators.crds.DiffusionService;
import dev.kintsugi.operators.crds.DiffusionServiceSpec;
import dev.kintsugi.operators.crds.ModelSpec;
import dev.kintsugi.operators.crds.PoolSpec;
import dev.kintsugi.operators.crds.ProbeSpec;
import dev.kintsugi.operators.crds.RolloutSpec;
import dev.kintsugi.operators.crds.RuntimeSpec;
import dev.kintsugi.operators.modelrollout.RolloutCourse;
import dev.kintsugi.operators.testkit.RunningOperator;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class DiffusionServiceResourcesTest {

  private static final OperatorSettings SETTINGS = RunningOperator.SETTINGS;
  private static final ModelSpec MODEL = new ModelSpec("wan-tiny", "1", null, null, null);
  private static final PoolSpec MAIN = PoolSpec.of("main", 2);

  private static DiffusionServiceSpec spec(
      ModelSpec model, RuntimeSpec runtime, PoolSpec... pools) {
    var base = DiffusionServiceSpec.of(model, List.of(pools));
    return new DiffusionServiceSpec(
        model,
        runtime,
        base.pools(),
        base.replicas(),
        base.scaling(),
        base.warmup(),
        base.deadline(),
        base.tenants(),
        base.degradation(),
        base.rollout(),
        base.cost(),
        base.probe());
  }

  private static DiffusionServiceSpec spec(ModelSpec model) {
    return spec(model, RuntimeSpec.defaults(), MAIN);
  }

  private static List<HasMetadata> desired(DiffusionServiceSpec spec) {
    var service = new DiffusionService();
    service.setMetadata(
        new ObjectMetaBuilder()
            .withName("wan")
            .withNamespace("studio")
            .withUid("u")
            .withGeneration(1L)
            .build());
    service.setSpec(spec);
    var resources = new DiffusionServiceResources(service, SETTINGS);
    var ask = Observations.ask(service, resources.revision(), false);
    var plan =
        ServicePlanner.decide(
            ask,
            new ServiceObservation(List.of(), List.of(), null, Map.of(), Map.of(), Map.of()),
            Instant.EPOCH);
    return resources.desired(plan, RolloutCourse.none(ask));
  }

  private static <T> T only(DiffusionServiceSpec spec, Class<T> type) {
    return desired(spec).stream()
        .filter(type::isInstance)
        .map(type::cast)
        .findFirst()
        .orElseThrow();
  }

  private static PodSpec pod(DiffusionServiceSpec spec) {
    return only(spec, Deployment.class).getSpec().getTemplate().getSpec();
  }

  private static Map<String, String> env(DiffusionServiceSpec spec) {
    return pod(spec).getContainers().getFirst().getEnv().stream()
        .collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));
  }

  /** The name decides whether a restart of a new operator replaces pods: it changes knowingly. */
  @Test
  void theRevisionOfASpecIsStable() {
    assertThat(Revisions.name(spec(MODEL), SETTINGS))
        .isEqualTo(Revisions.name(spec(MODEL), SETTINGS));
    assertThat(Revisions.name(spec(MODEL), SETTINGS))
        .matches("[a-z0-9]{10}")
        .isEqualTo("l76vjr475g");
  }

  @Test
  void onlyWhatAPodIsMadeFromChangesTheRevision() {
    String before = Revisions.name(spec(MODEL), SETTINGS);
    var scaled = spec(MODEL, RuntimeSpec.defaults(), PoolSpec.of("main", 7), PoolSpec.of("x", 1));
    var retimed =
        new DiffusionServiceSpec(
            MODEL,
            RuntimeSpec.defaults(),
            List.of(MAIN),
            3,
            spec(MODEL).scaling(),
            spec(MODEL).warmup(),
            "1h",
            List.of("acme"),
            new DegradationSpec(List.of(DegradationSpec.Step.FALLBACK_CLIP)),
            RolloutSpec.of(List.of(100), "1s"),
            new CostSpec("2.49", "0.6"),
            new ProbeSpec(false, "a cat", "1h", "5m", 1));
    assertThat(Revisions.name(scaled, SETTINGS)).isEqualTo(before);
    assertThat(Revisions.name(retimed, SETTINGS)).isEqualTo(before);

    var digest = new ModelSpec("wan-tiny", "1", null, "sha256:" + "0".repeat(64), null);
    var image = new RuntimeSpec("other:1", null, List.of(), Map.of(), List.of(), "2m", false);
    assertThat(
            List.of(
                Revisions.name(spec(new ModelSpec("wan-tiny", "2", null, null, null)), SETTINGS),
                Revisions.name(spec(digest), SETTINGS),
                Revisions.name(spec(MODEL, image, MAIN), SETTINGS)))
        .doesNotContain(before)
        .doesNotHaveDuplicates();
  }

  @Test
  void aPodCanDoNothingButItsWork() {
    var pod = pod(spec(MODEL));
    var container = pod.getContainers().getFirst();
    assertThat(pod.getAutomountServiceAccountToken()).isFalse();
    assertThat(pod.getEnableServiceLinks()).isFalse();
    assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
    assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
    assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
    assertThat(container.getVolumeMounts())
        .extracting(mount -> mount.getMountPath())
        .containsExactly("/var/lib/kintsugi", "/tmp");
  }

  @Test
  void aStopGivesTheDrainItsTime() {
    var runtime = new RuntimeSpec(null, null, List.of(), Map.of(), List.of(), "90s", false);
    var spec = spec(MODEL, runtime, MAIN);
    assertThat(env(spec)).containsEntry("KINTSUGI_NODE_GRACE", "90s");
    assertThat(pod(spec).getTerminationGracePeriodSeconds()).isGreaterThan(90);
    assertThat(pod(spec).getContainers().getFirst().getLifecycle().getPreStop().getSleep())
        .isNotNull();
  }

  @Test
  void weightsComeFromTheImageOrFromAClaim() {
    assertThat(env(spec(MODEL))).containsEntry("KINTSUGI_NODE_MODEL", "/models/wan-tiny");
    var claimed = spec(new ModelSpec("wan", "1", "pvc://weights/a/b", null, null));
    assertThat(env(claimed)).containsEntry("KINTSUGI_NODE_MODEL", "/mnt/model/a/b");
    assertThat(pod(claimed).getVolumes())
        .filteredOn(volume -> volume.getPersistentVolumeClaim() != null)
        .singleElement()
        .satisfies(
            volume -> {
              assertThat(volume.getPersistentVolumeClaim().getClaimName()).isEqualTo("weights");
              assertThat(volume.getPersistentVolumeClaim().getReadOnly()).isTrue();
            });
  }

  @Test
  void theSmallerModelComesFromTheImageOrFromAClaimOfItsOwn() {
    assertThat(env(spec(MODEL))).doesNotContainKey("KINTSUGI_NODE_LITE_MODEL");
    var inImage = spec(new ModelSpec("wan", "1", null, null, "/models/wan-lite"));
    assertThat(env(inImage)).containsEntry("KINTSUGI_NODE_LITE_MODEL", "/models/wan-lite");
    var claimed = spec(new ModelSpec("wan", "1", "pvc://weights/a", null, "pvc://small/b"));
    assertThat(env(claimed)).containsEntry("KINTSUGI_NODE_LITE_MODEL", "/mnt/lite/b");
    assertThat(pod(claimed).getVolumes())
        .filteredOn(volume -> volume.getPersistentVolumeClaim() != null)
        .extracting(volume -> volume.getPersistentVolumeClaim().getClaimName())
        .containsExactly("weights", "small");
  }

  @Test
  void onlyAServiceThatSaysSoCanBeBrokenOnPurpose() {
    assertThat(env(spec(MODEL))).doesNotContainKey("KINTSUGI_NODE_FAULTS");
    var variable = new EnvVarBuilder().withName("KINTSUGI_NODE_FAULTS").withValue("true").build();
    var sneaked = new RuntimeSpec(null, null, List.of(variable), Map.of(), List.of(), "2m", false);
    assertThat(env(spec(MODEL, sneaked, MAIN))).doesNotContainKey("KINTSUGI_NODE_FAULTS");
    var allowed = new RuntimeSpec(null, null, List.of(), Map.of(), List.of(), "2m", true);
    assertThat(env(spec(MODEL, allowed, MAIN))).containsEntry("KINTSUGI_NODE_FAULTS", "true");
  }

  @Test
  void whatTheOperatorSetsCannotBeOverridden() {
    var variable = new EnvVarBuilder().withName("KINTSUGI_NODE_MODEL").withValue("x").build();
    var runtime = new RuntimeSpec(null, null, List.of(variable), Map.of(), List.of(), "2m", false);
    assertThat(env(spec(MODEL, runtime, MAIN)))
        .containsEntry("KINTSUGI_NODE_MODEL", "/models/wan-tiny");
  }

  @Test
  void onlyTheControlPlaneAndScrapersReachANodeAndItReachesNobody() {
    var policy = only(spec(MODEL), NetworkPolicy.class).getSpec();
    assertThat(policy.getPolicyTypes()).containsExactly("Ingress", "Egress");
    assertThat(policy.getEgress()).isEmpty();
    var from = policy.getIngress().getFirst().getFrom();
    assertThat(from).hasSize(2);
    assertThat(from.getFirst().getPodSelector().getMatchLabels())
        .containsEntry("app.kubernetes.io/component", "control-plane");
    assertThat(from.getFirst().getNamespaceSelector().getMatchLabels())
        .containsEntry("kubernetes.io/metadata.name", "kintsugi-system");
  }

  @Test
  void poolsAddToWhereTheirPodsMayRun() {
    var runtime =
        new RuntimeSpec(null, null, List.of(), Map.of("gpu", "h200"), List.of(), "2m", false);
    var pool = new PoolSpec("spot", true, 1, 2, Map.of("capacity", "spot"), List.of());
    var deployment = only(spec(MODEL, runtime, pool), Deployment.class);
    assertThat(deployment.getSpec().getTemplate().getSpec().getNodeSelector())
        .isEqualTo(Map.of("gpu", "h200", "capacity", "spot"));
    assertThat(deployment.getSpec().getTemplate().getMetadata().getAnnotations())
        .containsEntry(Names.SPOT, "true")
        .containsEntry(Names.VERSION, "1");
  }
}

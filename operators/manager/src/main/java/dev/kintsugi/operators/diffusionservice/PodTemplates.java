package dev.kintsugi.operators.diffusionservice;

import dev.kintsugi.core.service.PodGroup;
import dev.kintsugi.operators.OperatorSettings;
import dev.kintsugi.operators.crds.DiffusionServiceSpec;
import dev.kintsugi.operators.crds.Durations;
import dev.kintsugi.operators.crds.ModelSpec;
import dev.kintsugi.operators.crds.PoolSpec;
import io.fabric8.kubernetes.api.model.CapabilitiesBuilder;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EmptyDirVolumeSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraintBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A service's spec as a pod. Pure: the same spec gives the same pod, byte for byte. */
final class PodTemplates {

  /** Set by the operator; a spec may not set them. */
  static final Set<String> RESERVED_ENV =
      Set.of(
          "KINTSUGI_NODE_MODEL",
          "KINTSUGI_NODE_LITE_MODEL",
          "KINTSUGI_NODE_FAULTS",
          "KINTSUGI_NODE_WORK_DIR",
          "KINTSUGI_NODE_GRACE",
          "KINTSUGI_NODE_HOST",
          "KINTSUGI_NODE_PORT");

  static final String CONTAINER = "node";

  /** The node's image is built to run as this user, which owns nothing in it. */
  private static final long USER = 65532;

  private static final String WORK = "/var/lib/kintsugi";
  private static final String CLAIM_PREFIX = "pvc://";
  private static final String CLAIM_MOUNT = "/mnt/model";
  private static final String LITE_MOUNT = "/mnt/lite";

  /** Time in which the operator learns of a stop and tells the control plane, before SIGTERM. */
  private static final long NOTICE_SECONDS = 2;

  /** Time to close files and answer the last request after the drain. */
  private static final long CLOSING_SECONDS = 10;

  private static final int STARTUP_PERIOD_SECONDS = 2;

  private PodTemplates() {}

  /** Without what differs between pools: this is what a revision is. */
  static PodSpec revisionPod(DiffusionServiceSpec spec, OperatorSettings settings) {
    var runtime = spec.runtime();
    var container =
        new ContainerBuilder()
            .withName(CONTAINER)
            .withImage(Objects.requireNonNullElse(runtime.image(), settings.nodeImage()))
            .withImagePullPolicy(settings.imagePullPolicy())
            .withArgs("serve")
            .withEnv(env(spec))
            .withResources(runtime.resources())
            .withVolumeMounts(mounts(spec.model()))
            .withSecurityContext(locked())
            .withStartupProbe(startup(Durations.parse(spec.warmup().timeout())))
            .withLivenessProbe(probe("/healthz", 10, 3))
            .withReadinessProbe(probe("/readyz", 2, 1))
            .addNewPort()
            .withName("http")
            .withContainerPort(Names.PORT)
            .withProtocol("TCP")
            .endPort()
            .withNewLifecycle()
            .withNewPreStop()
            .withNewSleep(NOTICE_SECONDS)
            .endPreStop()
            .endLifecycle()
            .build();
    long grace = drain(spec).toSeconds() + NOTICE_SECONDS + CLOSING_SECONDS;
    return new PodSpecBuilder()
        .withContainers(container)
        .withVolumes(volumes(spec.model()))
        .withAutomountServiceAccountToken(false)
        .withEnableServiceLinks(false)
        .withTerminationGracePeriodSeconds(grace)
        .withNewSecurityContext()
        .withRunAsNonRoot(true)
        .withRunAsUser(USER)
        .withRunAsGroup(USER)
        .withFsGroup(USER)
        .withFsGroupChangePolicy("OnRootMismatch")
        .withNewSeccompProfile()
        .withType("RuntimeDefault")
        .endSeccompProfile()
        .endSecurityContext()
        .withNodeSelector(
            runtime.nodeSelector().isEmpty() ? null : new TreeMap<>(runtime.nodeSelector()))
        .withTolerations(runtime.tolerations())
        .build();
  }

  static PodTemplateSpec template(
      String service,
      PodGroup.Key group,
      DiffusionServiceSpec spec,
      PoolSpec pool,
      OperatorSettings settings) {
    var selector = new TreeMap<>(spec.runtime().nodeSelector());
    selector.putAll(pool.nodeSelector());
    var pod =
        new PodSpecBuilder(revisionPod(spec, settings))
            .withNodeSelector(selector.isEmpty() ? null : selector)
            .addAllToTolerations(pool.tolerations())
            .withTopologySpreadConstraints(spread(service, group))
            .build();
    return new PodTemplateSpecBuilder()
        .withNewMetadata()
        .withLabels(Names.labels(service, group))
        .withAnnotations(annotations(spec.model(), pool))
        .endMetadata()
        .withSpec(pod)
        .build();
  }

  static Map<String, String> annotations(ModelSpec model, PoolSpec pool) {
    Map<String, String> annotations = new TreeMap<>();
    annotations.put(Names.VERSION, model.version());
    annotations.put(Names.SPOT, pool.spot().toString());
    if (model.digest() != null) {
      annotations.put(Names.DIGEST, model.digest());
    }
    return annotations;
  }

  static Duration drain(DiffusionServiceSpec spec) {
    return Durations.parse(spec.runtime().drainTimeout());
  }

  private static List<EnvVar> env(DiffusionServiceSpec spec) {
    List<EnvVar> env = new ArrayList<>();
    env.add(variable("KINTSUGI_NODE_MODEL", modelDirectory(spec.model())));
    if (spec.model().lite() != null) {
      env.add(variable("KINTSUGI_NODE_LITE_MODEL", directory(spec.model().lite(), LITE_MOUNT)));
    }
    env.add(variable("KINTSUGI_NODE_WORK_DIR", WORK));
    env.add(variable("KINTSUGI_NODE_GRACE", drain(spec).toSeconds() + "s"));
    env.add(variable("KINTSUGI_NODE_HOST", "0.0.0.0"));
    env.add(variable("KINTSUGI_NODE_PORT", Integer.toString(Names.PORT)));
    if (spec.runtime().faultInjection()) {
      env.add(variable("KINTSUGI_NODE_FAULTS", "true"));
    }
    spec.runtime().env().stream()
        .filter(variable -> !RESERVED_ENV.contains(variable.getName()))
        .forEach(env::add);
    return env;
  }

  private static EnvVar variable(String name, String value) {
    return new EnvVarBuilder().withName(name).withValue(value).build();
  }

  private static String modelDirectory(ModelSpec model) {
    String source = Objects.requireNonNullElse(model.source(), "/models/" + model.name());
    return directory(source, CLAIM_MOUNT);
  }

  private static String directory(String source, String mount) {
    return source.startsWith(CLAIM_PREFIX) ? mount + claim(source).directory() : source;
  }

  private static Claim claim(String source) {
    String path = source.substring(CLAIM_PREFIX.length());
    int slash = path.indexOf('/');
    return slash < 0
        ? new Claim(path, "")
        : new Claim(path.substring(0, slash), path.substring(slash));
  }

  private record Claim(String name, String directory) {}

  private static boolean fromClaim(@Nullable String source) {
    return source != null && source.startsWith(CLAIM_PREFIX);
  }

  private static List<VolumeMount> mounts(ModelSpec model) {
    List<VolumeMount> mounts = new ArrayList<>();
    mounts.add(new VolumeMountBuilder().withName("work").withMountPath(WORK).build());
    mounts.add(new VolumeMountBuilder().withName("tmp").withMountPath("/tmp").build());
    if (fromClaim(model.source())) {
      mounts.add(readOnly("model", CLAIM_MOUNT));
    }
    if (fromClaim(model.lite())) {
      mounts.add(readOnly("lite", LITE_MOUNT));
    }
    return mounts;
  }

  private static VolumeMount readOnly(String volume, String path) {
    return new VolumeMountBuilder().withName(volume).withMountPath(path).withReadOnly(true).build();
  }

  private static List<Volume> volumes(ModelSpec model) {
    List<Volume> volumes = new ArrayList<>();
    for (String name : List.of("work", "tmp")) {
      volumes.add(
          new VolumeBuilder().withName(name).withEmptyDir(new EmptyDirVolumeSource()).build());
    }
    if (model.source() != null && fromClaim(model.source())) {
      volumes.add(claimed("model", model.source()));
    }
    if (model.lite() != null && fromClaim(model.lite())) {
      volumes.add(claimed("lite", model.lite()));
    }
    return volumes;
  }

  private static Volume claimed(String volume, String source) {
    return new VolumeBuilder()
        .withName(volume)
        .withNewPersistentVolumeClaim(claim(source).name(), true)
        .build();
  }

  private static SecurityContext locked() {
    return new SecurityContextBuilder()
        .withAllowPrivilegeEscalation(false)
        .withReadOnlyRootFilesystem(true)
        .withCapabilities(new CapabilitiesBuilder().withDrop("ALL").build())
        .build();
  }

  /** The process answers as soon as it runs; how long the model takes is readiness's business. */
  private static Probe startup(Duration timeout) {
    int tries = (int) Math.max(1, timeout.toSeconds() / STARTUP_PERIOD_SECONDS);
    return probe("/healthz", STARTUP_PERIOD_SECONDS, tries);
  }

  private static Probe probe(String path, int periodSeconds, int failures) {
    return new ProbeBuilder()
        .withNewHttpGet()
        .withPath(path)
        .withNewPort("http")
        .withScheme("HTTP")
        .endHttpGet()
        .withPeriodSeconds(periodSeconds)
        .withTimeoutSeconds(5)
        .withSuccessThreshold(1)
        .withFailureThreshold(failures)
        .build();
  }

  private static TopologySpreadConstraint spread(String service, PodGroup.Key group) {
    return new TopologySpreadConstraintBuilder()
        .withMaxSkew(1)
        .withTopologyKey("kubernetes.io/hostname")
        .withWhenUnsatisfiable("ScheduleAnyway")
        .withNewLabelSelector()
        .withMatchLabels(
            new TreeMap<>(Map.of(Names.SERVICE, service, Names.REVISION, group.revision())))
        .endLabelSelector()
        .build();
  }
}

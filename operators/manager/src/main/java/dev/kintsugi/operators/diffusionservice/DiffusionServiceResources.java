package dev.kintsugi.operators.diffusionservice;

import dev.kintsugi.core.service.GroupStep;
import dev.kintsugi.core.service.PodGroup;
import dev.kintsugi.core.service.ServicePlan;
import dev.kintsugi.operators.OperatorSettings;
import dev.kintsugi.operators.crds.DiffusionService;
import dev.kintsugi.operators.crds.Durations;
import dev.kintsugi.operators.crds.ModelRolloutSpec;
import dev.kintsugi.operators.crds.PoolSpec;
import dev.kintsugi.operators.modelrollout.RevisionNote;
import dev.kintsugi.operators.modelrollout.RolloutCourse;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeerBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A DiffusionService and its plan as the objects it owns. Pure. */
final class DiffusionServiceResources {

  private final DiffusionService service;
  private final String name;
  private final String revision;
  private final OperatorSettings settings;

  DiffusionServiceResources(DiffusionService service, OperatorSettings settings) {
    this.service = service;
    this.name = service.getMetadata().getName();
    this.settings = settings;
    this.revision = Revisions.name(service.getSpec(), settings);
  }

  /** It was made from the spec that the service has. */
  boolean describes(DiffusionService now) {
    return now.getMetadata().getGeneration().equals(service.getMetadata().getGeneration());
  }

  String revision() {
    return revision;
  }

  /** Everything that should exist and is described by the current spec or by the one before. */
  List<HasMetadata> desired(ServicePlan plan, RolloutCourse course) {
    List<HasMetadata> objects = new ArrayList<>(shared());
    List<DiffusionServiceResources> known = known(course);
    for (GroupStep step : plan.steps()) {
      if (step instanceof GroupStep.Run run) {
        known.stream()
            .filter(resources -> resources.revision.equals(run.key().revision()))
            .findFirst()
            .map(r -> r.deployment(r.pool(run.key().pool()), run.size()))
            .ifPresent(objects::add);
      }
    }
    return objects;
  }

  /** A revision whose name another version of this operator gave can be scaled, not made. */
  private List<DiffusionServiceResources> known(RolloutCourse course) {
    return Stream.concat(
            Stream.of(this),
            course.revisions().stream()
                .filter(known -> !known.revision().equals(revision))
                .map(this::as)
                .filter(
                    made ->
                        course.revisions().stream()
                            .anyMatch(k -> k.revision().equals(made.revision))))
        .toList();
  }

  private DiffusionServiceResources as(ModelRolloutSpec.Revision known) {
    var other = new DiffusionService();
    other.setMetadata(service.getMetadata());
    other.setSpec(known.in(service.getSpec()));
    return new DiffusionServiceResources(other, settings);
  }

  List<HasMetadata> shared() {
    return List.of(headlessService(), disruptionBudget(), networkPolicy());
  }

  /** One for each pool at its smallest: what the API server is asked about before anything runs. */
  List<Deployment> deployments() {
    return service.getSpec().pools().stream()
        .map(pool -> deployment(pool, pool.minReplicas()))
        .toList();
  }

  private PoolSpec pool(String pool) {
    return service.getSpec().pools().stream()
        .filter(spec -> spec.name().equals(pool))
        .findFirst()
        .orElseThrow();
  }

  private Deployment deployment(PoolSpec pool, int replicas) {
    var group = new PodGroup.Key(revision, pool.name());
    return new DeploymentBuilder()
        .withMetadata(
            metadata(Names.deployment(name, group), Names.labels(name, group))
                .withAnnotations(PodTemplates.annotations(service.getSpec().model(), pool))
                .addToAnnotations(
                    RevisionNote.ANNOTATION,
                    RevisionNote.write(ModelRolloutSpec.Revision.of(revision, service.getSpec())))
                .build())
        .withNewSpec()
        .withReplicas(replicas)
        .withNewSelector()
        .withMatchLabels(Names.selector(name, group))
        .endSelector()
        .withNewStrategy()
        .withType("RollingUpdate")
        .withNewRollingUpdate()
        .withMaxSurge(new IntOrString(1))
        .withMaxUnavailable(new IntOrString(0))
        .endRollingUpdate()
        .endStrategy()
        .withRevisionHistoryLimit(0)
        .withProgressDeadlineSeconds(
            (int) Durations.parse(service.getSpec().warmup().timeout()).toSeconds())
        .withTemplate(PodTemplates.template(name, group, service.getSpec(), pool, settings))
        .endSpec()
        .build();
  }

  private Service headlessService() {
    return new ServiceBuilder()
        .withMetadata(metadata(name, Names.labels(name)).build())
        .withNewSpec()
        .withClusterIP("None")
        .withSelector(Names.selector(name))
        .addNewPort()
        .withName("http")
        .withPort(Names.PORT)
        .withTargetPort(new IntOrString("http"))
        .withProtocol("TCP")
        .endPort()
        .endSpec()
        .build();
  }

  private PodDisruptionBudget disruptionBudget() {
    return new PodDisruptionBudgetBuilder()
        .withMetadata(metadata(name, Names.labels(name)).build())
        .withNewSpec()
        .withMaxUnavailable(new IntOrString(1))
        .withUnhealthyPodEvictionPolicy("AlwaysAllow")
        .withNewSelector()
        .withMatchLabels(Names.selector(name))
        .endSelector()
        .endSpec()
        .build();
  }

  /** The control plane and metric scrapers reach the nodes; the nodes reach nothing. */
  private NetworkPolicy networkPolicy() {
    return new NetworkPolicyBuilder()
        .withMetadata(metadata(name, Names.labels(name)).build())
        .withNewSpec()
        .withNewPodSelector()
        .withMatchLabels(Names.selector(name))
        .endPodSelector()
        .withPolicyTypes("Ingress", "Egress")
        .addNewIngress()
        .withFrom(controlPlane(), scrapers())
        .addNewPort()
        .withPort(new IntOrString(Names.PORT))
        .withProtocol("TCP")
        .endPort()
        .endIngress()
        .endSpec()
        .build();
  }

  private NetworkPolicyPeer controlPlane() {
    return new NetworkPolicyPeerBuilder()
        .withNewNamespaceSelector()
        .withMatchLabels(Map.of("kubernetes.io/metadata.name", settings.namespace()))
        .endNamespaceSelector()
        .withNewPodSelector()
        .withMatchLabels(Map.of("app.kubernetes.io/component", "control-plane"))
        .endPodSelector()
        .build();
  }

  private static NetworkPolicyPeer scrapers() {
    return new NetworkPolicyPeerBuilder()
        .withNewNamespaceSelector()
        .withMatchLabels(Map.of("kintsugi.dev/metrics", "true"))
        .endNamespaceSelector()
        .build();
  }

  private ObjectMetaBuilder metadata(String objectName, Map<String, String> labels) {
    return new ObjectMetaBuilder()
        .withName(objectName)
        .withNamespace(service.getMetadata().getNamespace())
        .withLabels(labels)
        .withOwnerReferences(owner());
  }

  private OwnerReference owner() {
    ObjectMeta metadata = service.getMetadata();
    return new OwnerReferenceBuilder()
        .withApiVersion(service.getApiVersion())
        .withKind(service.getKind())
        .withName(name)
        .withUid(metadata.getUid())
        .withController(true)
        .withBlockOwnerDeletion(true)
        .build();
  }
}

package dev.kintsugi.operators.diffusionservice;

import dev.kintsugi.core.service.ServiceObservation;
import dev.kintsugi.core.service.SpecProblem;
import dev.kintsugi.core.service.SpecRules;
import dev.kintsugi.operators.OperatorSettings;
import dev.kintsugi.operators.crds.DiffusionService;
import dev.kintsugi.operators.crds.ModelRollout;
import dev.kintsugi.operators.crds.ServiceLevelObjective;
import dev.kintsugi.operators.crds.StatusCondition;
import dev.kintsugi.operators.fleet.FleetReport;
import dev.kintsugi.operators.kube.Cluster;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Reads everything a pass needs before anything is decided. */
@Singleton
public class DiffusionServiceObserver {

  /** Where the API server points into a Deployment, and where a person wrote it. */
  private static final Map<String, String> FIELDS =
      Map.of(
          "spec.template.spec.containers[0].resources", "spec.runtime.resources",
          "spec.template.spec.containers[0].env", "spec.runtime.env",
          "spec.template.spec.containers[0].image", "spec.runtime.image",
          "spec.template.spec.nodeSelector", "spec.runtime.nodeSelector",
          "spec.template.spec.tolerations", "spec.runtime.tolerations");

  private final Cluster cluster;
  private final OperatorSettings settings;
  private final Map<String, DiffusionServiceResources> described = new ConcurrentHashMap<>();

  public DiffusionServiceObserver(Cluster cluster, OperatorSettings settings) {
    this.cluster = cluster;
    this.settings = settings;
  }

  Observed observe(DiffusionService service, FleetReport fleet, Context<DiffusionService> context) {
    var resources = resources(service);
    List<Deployment> deployments = List.copyOf(context.getSecondaryResources(Deployment.class));
    List<Pod> pods = List.copyOf(context.getSecondaryResources(Pod.class));
    List<SpecProblem> problems = problems(service, resources, context);
    var status = service.getStatus();
    return new Observed(
        Observations.ask(service, resources.revision(), !problems.isEmpty()),
        new ServiceObservation(
            Observations.groups(deployments),
            Observations.nodes(pods, fleet.notReady()),
            status == null ? null : status.revision(),
            fleet.running(),
            fleet.runningWhileDraining(),
            fleet.failingProbes()),
        problems,
        resources,
        deployments,
        pods,
        List.copyOf(context.getSecondaryResources(ModelRollout.class)),
        List.copyOf(context.getSecondaryResources(ServiceLevelObjective.class)),
        Stream.<Class<? extends HasMetadata>>of(
                Deployment.class, Service.class, PodDisruptionBudget.class, NetworkPolicy.class)
            .<HasMetadata>flatMap(type -> context.getSecondaryResources(type).stream())
            .toList());
  }

  /** The name of a revision is a hash over a whole pod, and the same until the spec changes. */
  private DiffusionServiceResources resources(DiffusionService service) {
    return described.compute(
        service.getMetadata().getUid(),
        (uid, known) ->
            known != null && known.describes(service)
                ? known
                : new DiffusionServiceResources(service, settings));
  }

  void forget(DiffusionService service) {
    described.remove(service.getMetadata().getUid());
  }

  private List<SpecProblem> problems(
      DiffusionService service,
      DiffusionServiceResources resources,
      Context<DiffusionService> context) {
    if (service.getMetadata().getDeletionTimestamp() != null) {
      return List.of();
    }
    var others =
        context
            .getPrimaryCache()
            .byIndex(ChildSources.BY_MODEL, service.getSpec().model().name())
            .stream()
            .map(Observations::claim)
            .toList();
    List<SpecProblem> problems =
        new ArrayList<>(
            SpecRules.check(Observations.facts(service), others, PodTemplates.RESERVED_ENV));
    problems.addAll(FreezeRules.problems(service.getSpec().rollout().freeze()));
    if (!problems.isEmpty() || !accepted(service)) {
      refusals(resources).filter(refusal -> !known(problems, refusal)).forEach(problems::add);
    }
    return List.copyOf(problems);
  }

  /** Only a spec that is new or was found wrong is worth asking the API server about. */
  private static boolean accepted(DiffusionService service) {
    var status = service.getStatus();
    return status != null
        && Objects.equals(status.observedGeneration(), service.getMetadata().getGeneration())
        && DiffusionServiceConditions.find(status, "Accepted")
            .map(StatusCondition::status)
            .filter("True"::equals)
            .isPresent();
  }

  private Stream<SpecProblem> refusals(DiffusionServiceResources resources) {
    return resources.deployments().stream()
        .flatMap(deployment -> cluster.refusals(deployment).stream())
        .map(refusal -> new SpecProblem(field(refusal.field()), refusal.message()))
        .distinct();
  }

  private static boolean known(List<SpecProblem> problems, SpecProblem refusal) {
    return problems.stream().anyMatch(problem -> problem.field().startsWith(refusal.field()));
  }

  private static String field(String path) {
    return FIELDS.entrySet().stream()
        .filter(entry -> path.startsWith(entry.getKey()))
        .findFirst()
        .map(entry -> entry.getValue() + path.substring(entry.getKey().length()))
        .orElse(path);
  }
}

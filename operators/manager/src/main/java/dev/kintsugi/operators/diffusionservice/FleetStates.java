package dev.kintsugi.operators.diffusionservice;

import dev.kintsugi.core.service.ServicePlan;
import dev.kintsugi.operators.crds.CostSpec;
import dev.kintsugi.operators.crds.DegradationSpec;
import dev.kintsugi.operators.crds.DiffusionService;
import dev.kintsugi.operators.crds.Durations;
import dev.kintsugi.operators.crds.FreezeSpec;
import dev.kintsugi.operators.crds.ProbeSpec;
import dev.kintsugi.operators.modelrollout.RolloutCourse;
import dev.kintsugi.protocol.fleet.ServiceState;
import dev.kintsugi.protocol.fleet.ServiceState.Node;
import dev.kintsugi.protocol.fleet.ServiceState.Revision;
import dev.kintsugi.protocol.fleet.ServiceState.Scaling;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Compiles what the control plane must know of a service. Pure. */
final class FleetStates {

  private FleetStates() {}

  /** Sequence 0: the pusher gives it its number. Empty when there is no revision to speak of. */
  static Optional<ServiceState> compile(
      DiffusionService service,
      ServicePlan plan,
      String targetRevision,
      RolloutCourse course,
      Collection<Deployment> deployments,
      Collection<Pod> pods) {
    var spec = service.getSpec();
    boolean deleting = service.getMetadata().getDeletionTimestamp() != null;
    Map<String, Revision> revisions = new TreeMap<>();
    deployments.forEach(deployment -> add(revisions, deployment));
    pods.stream().filter(Observations::alive).forEach(pod -> add(revisions, pod));
    if (targetRevision.equals(plan.serving())) {
      revisions.put(
          targetRevision,
          new Revision(targetRevision, spec.model().version(), hex(spec.model().digest()), 0));
    }
    course
        .revisions()
        .forEach(
            known ->
                revisions.putIfAbsent(
                    known.revision(),
                    new Revision(
                        known.revision(),
                        known.model().version(),
                        hex(known.model().digest()),
                        0)));
    if (revisions.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new ServiceState(
            service.getMetadata().getUid(),
            service.getMetadata().getGeneration(),
            0,
            spec.model().name(),
            Durations.parse(spec.deadline()).toSeconds(),
            spec.tenants(),
            weighted(revisions, plan),
            pods.stream()
                .filter(Observations::alive)
                .filter(pod -> Observations.address(pod) != null)
                .sorted(Observations.byName())
                .map(
                    pod ->
                        node(
                            pod,
                            deleting
                                || plan.draining(Names.group(pod), pod.getMetadata().getName())))
                .toList(),
            ladder(spec.degradation().ladder()),
            course.wire(),
            new Scaling(spec.scaling().target(), spec.scaling().scaleDownBelow(), plan.asked()),
            price(spec.cost()),
            probe(spec.probe()),
            freezes(spec.rollout().freeze())));
  }

  private static ServiceState.@Nullable Probe probe(ProbeSpec probe) {
    return probe.enabled()
        ? new ServiceState.Probe(
            probe.prompt(),
            Durations.parse(probe.interval()).toSeconds(),
            Durations.parse(probe.timeout()).toSeconds(),
            probe.failures())
        : null;
  }

  private static @Nullable List<ServiceState.Freeze> freezes(List<FreezeSpec> windows) {
    List<ServiceState.Freeze> sound =
        FreezeRules.sound(windows)
            .map(
                window ->
                    new ServiceState.Freeze(
                        window.schedule(),
                        Durations.parse(window.duration()).toSeconds(),
                        window.timeZone(),
                        window.reason()))
            .toList();
    return sound.isEmpty() ? null : sound;
  }

  private static @Nullable List<String> ladder(@Nullable List<DegradationSpec.Step> steps) {
    return steps == null ? null : steps.stream().map(DegradationSpec.Step::wireName).toList();
  }

  private static ServiceState.@Nullable Price price(@Nullable CostSpec cost) {
    return cost == null
        ? null
        : new ServiceState.Price(
            Double.parseDouble(cost.gpuHourUsd()), Double.parseDouble(cost.spotDiscount()));
  }

  /** The weights of a service always sum to 100, even of one whose nodes all drain. */
  private static List<Revision> weighted(Map<String, Revision> revisions, ServicePlan plan) {
    if (revisions.keySet().stream().mapToInt(plan::weight).sum() == 100) {
      return revisions.values().stream()
          .map(r -> new Revision(r.name(), r.version(), r.digest(), plan.weight(r.name())))
          .toList();
    }
    String serving = plan.serving();
    String heavy =
        serving != null && revisions.containsKey(serving)
            ? serving
            : revisions.keySet().iterator().next();
    return revisions.values().stream()
        .map(r -> new Revision(r.name(), r.version(), r.digest(), r.name().equals(heavy) ? 100 : 0))
        .toList();
  }

  private static void add(Map<String, Revision> revisions, HasMetadata object) {
    String name = Names.label(object, Names.REVISION);
    String version = Names.annotation(object, Names.VERSION);
    revisions.putIfAbsent(
        name,
        new Revision(
            name,
            version == null ? "unknown" : version,
            hex(Names.annotation(object, Names.DIGEST)),
            0));
  }

  /** The fleet API names the algorithm in the field, the resource in the value. */
  private static @Nullable String hex(@Nullable String digest) {
    return digest == null ? null : digest.substring(digest.indexOf(':') + 1);
  }

  private static Node node(Pod pod, boolean drained) {
    boolean ready =
        pod.getStatus().getConditions().stream()
            .filter(condition -> "Ready".equals(condition.getType()))
            .map(PodCondition::getStatus)
            .anyMatch("True"::equals);
    return new Node(
        pod.getMetadata().getName(),
        Names.label(pod, Names.REVISION),
        Names.label(pod, Names.POOL),
        Boolean.parseBoolean(Names.annotation(pod, Names.SPOT)),
        "http://%s:%d".formatted(host(pod.getStatus().getPodIP()), Names.PORT),
        ready,
        drained || stopAt(pod) != null,
        stopAt(pod));
  }

  /**
   * A deletion names the end of the grace period, by which a spot machine's termination handler
   * bounds it; who knows earlier says so on the pod.
   */
  private static @Nullable String stopAt(Pod pod) {
    String deletion = pod.getMetadata().getDeletionTimestamp();
    return deletion != null ? deletion : Names.stopAt(pod);
  }

  private static String host(String address) {
    return address.contains(":") ? "[" + address + "]" : address;
  }
}

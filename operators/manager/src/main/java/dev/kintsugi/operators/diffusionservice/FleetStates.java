package dev.kintsugi.operators.diffusionservice;

import dev.kintsugi.core.service.ServicePlan;
import dev.kintsugi.operators.crds.DiffusionService;
import dev.kintsugi.operators.crds.Durations;
import dev.kintsugi.protocol.fleet.ServiceState;
import dev.kintsugi.protocol.fleet.ServiceState.Node;
import dev.kintsugi.protocol.fleet.ServiceState.Revision;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Compiles what the control plane must know of a service. Pure. */
final class FleetStates {

  private FleetStates() {}

  /** Sequence 0: the pusher gives it its number. */
  static ServiceState compile(
      DiffusionService service,
      ServicePlan plan,
      String targetRevision,
      Collection<Deployment> deployments,
      Collection<Pod> pods) {
    var spec = service.getSpec();
    boolean deleting = service.getMetadata().getDeletionTimestamp() != null;
    Map<String, Revision> revisions = new TreeMap<>();
    deployments.forEach(deployment -> add(revisions, deployment, plan));
    pods.forEach(pod -> add(revisions, pod, plan));
    if (targetRevision.equals(plan.serving())) {
      revisions.put(
          targetRevision,
          new Revision(targetRevision, spec.model().version(), spec.model().digest(), 100));
    }
    return new ServiceState(
        service.getMetadata().getUid(),
        service.getMetadata().getGeneration(),
        0,
        spec.model().name(),
        Durations.parse(spec.deadline()).toSeconds(),
        spec.tenants(),
        List.copyOf(revisions.values()),
        pods.stream()
            .filter(Observations::alive)
            .filter(pod -> Observations.address(pod) != null)
            .sorted(Observations.byName())
            .map(pod -> node(pod, deleting || plan.draining(Names.group(pod))))
            .toList());
  }

  private static void add(Map<String, Revision> revisions, HasMetadata object, ServicePlan plan) {
    String name = Names.label(object, Names.REVISION);
    String version = Names.annotation(object, Names.VERSION);
    revisions.putIfAbsent(
        name,
        new Revision(
            name,
            version == null ? "unknown" : version,
            Names.annotation(object, Names.DIGEST),
            name.equals(plan.serving()) ? 100 : 0));
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
        drained || pod.getMetadata().getDeletionTimestamp() != null);
  }

  private static String host(String address) {
    return address.contains(":") ? "[" + address + "]" : address;
  }
}

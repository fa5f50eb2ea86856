package dev.kintsugi.operators.diffusionservice;

import dev.kintsugi.core.service.PodGroup;
import dev.kintsugi.core.service.PodNode;
import dev.kintsugi.core.service.PoolSplit;
import dev.kintsugi.core.service.ServiceAsk;
import dev.kintsugi.core.service.SpecFacts;
import dev.kintsugi.core.service.SpecFacts.ModelClaim;
import dev.kintsugi.operators.crds.DiffusionService;
import dev.kintsugi.operators.crds.Durations;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Kubernetes objects as the records that decisions are made on. Pure. */
final class Observations {

  private Observations() {}

  static ServiceAsk ask(DiffusionService service, String revision, boolean held) {
    var spec = service.getSpec();
    return new ServiceAsk(
        revision,
        PoolSplit.of(
            spec.pools().stream()
                .map(
                    pool ->
                        new PoolSplit.Bounds(
                            pool.name(),
                            pool.minReplicas(),
                            Objects.requireNonNullElse(pool.maxReplicas(), pool.minReplicas())))
                .toList(),
            spec.replicas()),
        held,
        service.getMetadata().getDeletionTimestamp() != null,
        PodTemplates.drain(spec),
        Durations.parse(spec.warmup().timeout()));
  }

  static ModelClaim claim(DiffusionService service) {
    var metadata = service.getMetadata();
    return new ModelClaim(
        metadata.getNamespace() + "/" + metadata.getName(),
        service.getSpec().model().name(),
        service.getSpec().tenants(),
        Instant.parse(metadata.getCreationTimestamp()));
  }

  static SpecFacts facts(DiffusionService service) {
    var spec = service.getSpec();
    var resources = spec.runtime().resources();
    return new SpecFacts(
        claim(service),
        resources == null ? Map.of() : amounts(resources.getRequests()),
        resources == null ? Map.of() : amounts(resources.getLimits()),
        spec.runtime().env().stream().map(EnvVar::getName).toList(),
        spec.runtime().nodeSelector(),
        spec.pools().stream()
            .collect(Collectors.toMap(pool -> pool.name(), pool -> pool.nodeSelector())));
  }

  private static Map<String, BigDecimal> amounts(@Nullable Map<String, Quantity> quantities) {
    Map<String, BigDecimal> amounts = new TreeMap<>();
    if (quantities != null) {
      quantities.forEach((name, quantity) -> amounts.put(name, quantity.getNumericalAmount()));
    }
    return amounts;
  }

  static List<PodGroup> groups(Collection<Deployment> deployments) {
    return deployments.stream()
        .filter(deployment -> deployment.getMetadata().getDeletionTimestamp() == null)
        .map(
            deployment ->
                new PodGroup(
                    Names.group(deployment),
                    Objects.requireNonNullElse(deployment.getSpec().getReplicas(), 1),
                    instant(Names.annotation(deployment, Names.DRAINING_SINCE))))
        .sorted(Comparator.comparing(group -> group.key().toString()))
        .toList();
  }

  /**
   * @param told why a node takes no jobs, in its own words, by its name
   */
  static List<PodNode> nodes(Collection<Pod> pods, Map<String, String> told) {
    return pods.stream()
        .filter(Observations::alive)
        .sorted(byName())
        .map(pod -> node(pod, told.get(pod.getMetadata().getName())))
        .toList();
  }

  static Comparator<Pod> byName() {
    return Comparator.comparing(pod -> pod.getMetadata().getName());
  }

  /** A pod that ended (evicted, node shut down) is only a record of itself. */
  static boolean alive(Pod pod) {
    String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
    return !"Failed".equals(phase) && !"Succeeded".equals(phase);
  }

  private static PodNode node(Pod pod, @Nullable String told) {
    Optional<PodCondition> ready = condition(pod, "Ready");
    boolean isReady = ready.filter(condition -> "True".equals(condition.getStatus())).isPresent();
    String since =
        ready
            .map(PodCondition::getLastTransitionTime)
            .orElse(pod.getMetadata().getCreationTimestamp());
    return new PodNode(
        pod.getMetadata().getName(),
        Names.group(pod),
        isReady,
        pod.getMetadata().getDeletionTimestamp() != null,
        address(pod) != null,
        isReady ? null : instant(since),
        isReady ? null : problem(pod).orElse(told),
        restarts(pod),
        instant(Names.annotation(pod, Names.DRAINING_SINCE)),
        Names.annotation(pod, Names.LEAVING_SINCE) != null,
        Names.annotation(pod, Names.DELETION_COST) != null);
  }

  private static int restarts(Pod pod) {
    return pod.getStatus() == null
        ? 0
        : pod.getStatus().getContainerStatuses().stream()
            .mapToInt(ContainerStatus::getRestartCount)
            .max()
            .orElse(0);
  }

  static @Nullable String address(Pod pod) {
    return pod.getStatus() == null ? null : pod.getStatus().getPodIP();
  }

  private static Optional<PodCondition> condition(Pod pod, String type) {
    if (pod.getStatus() == null) {
      return Optional.empty();
    }
    return pod.getStatus().getConditions().stream()
        .filter(condition -> type.equals(condition.getType()))
        .findFirst();
  }

  /** What {@code kubectl describe pod} would show a person first. */
  private static Optional<String> problem(Pod pod) {
    if (pod.getStatus() == null) {
      return Optional.empty();
    }
    Stream<String> waiting =
        pod.getStatus().getContainerStatuses().stream()
            .map(ContainerStatus::getState)
            .filter(state -> state != null && state.getWaiting() != null)
            .map(state -> state.getWaiting())
            .filter(state -> !"ContainerCreating".equals(state.getReason()))
            .map(state -> sentence(state.getReason(), state.getMessage()));
    Stream<String> ended =
        pod.getStatus().getContainerStatuses().stream()
            .map(ContainerStatus::getLastState)
            .filter(state -> state != null && state.getTerminated() != null)
            .map(state -> state.getTerminated())
            .map(state -> sentence("exit code " + state.getExitCode(), state.getMessage()));
    Stream<String> unscheduled =
        condition(pod, "PodScheduled")
            .filter(condition -> "False".equals(condition.getStatus()))
            .map(condition -> sentence(condition.getReason(), condition.getMessage()))
            .stream();
    String why = Stream.concat(waiting, ended).distinct().collect(Collectors.joining("; "));
    return why.isEmpty() ? unscheduled.findFirst() : Optional.of(why);
  }

  private static String sentence(@Nullable String reason, @Nullable String message) {
    return Stream.of(reason, message)
        .filter(part -> part != null && !part.isBlank())
        .collect(Collectors.joining(": "));
  }

  private static @Nullable Instant instant(@Nullable String text) {
    return text == null ? null : Instant.parse(text);
  }
}

package dev.kintsugi.operators.diffusionservice;

import dev.kintsugi.core.service.GroupStep;
import dev.kintsugi.core.service.NodeDrain;
import dev.kintsugi.core.service.ServicePlan;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A pod whose marks are not as the plan wants them. Pure.
 *
 * @param annotations to set; null removes one
 * @param begins the pod begins to leave because fewer are wanted
 */
record PodMark(Pod pod, Map<String, @Nullable String> annotations, boolean begins) {

  /** Below the zero of every pod that nobody priced. */
  private static final String CHEAPEST = "-1000";

  /** The marks of a group that goes as a whole are left as they are: it takes them along. */
  static List<PodMark> missing(ServicePlan plan, Collection<Pod> pods, Instant now) {
    return pods.stream()
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .filter(pod -> !plan.draining(Names.group(pod)))
        .flatMap(pod -> of(plan, pod, now).stream())
        .toList();
  }

  private static Optional<PodMark> of(ServicePlan plan, Pod pod, Instant now) {
    String name = pod.getMetadata().getName();
    Optional<Instant> drains = plan.drain(name).map(NodeDrain::since);
    boolean leaves = plan.leaving(Names.group(pod)).contains(name);
    Map<String, @Nullable String> annotations = new HashMap<>();
    dated(annotations, pod, Names.DRAINING_SINCE, drains.orElse(null));
    dated(annotations, pod, Names.LEAVING_SINCE, leaves ? now : null);
    String cost = drains.isPresent() || released(plan, pod) ? CHEAPEST : null;
    if (!Objects.equals(cost, Names.annotation(pod, Names.DELETION_COST))) {
      annotations.put(Names.DELETION_COST, cost);
    }
    return annotations.isEmpty()
        ? Optional.empty()
        : Optional.of(new PodMark(pod, annotations, annotations.get(Names.LEAVING_SINCE) != null));
  }

  /** A mark that is there keeps its time. */
  private static void dated(
      Map<String, @Nullable String> annotations, Pod pod, String mark, @Nullable Instant since) {
    if ((since != null) != (Names.annotation(pod, mark) != null)) {
      annotations.put(mark, since == null ? null : since.toString());
    }
  }

  private static boolean released(ServicePlan plan, Pod pod) {
    return plan.step(Names.group(pod)).orElse(null) instanceof GroupStep.Run run
        && run.released().contains(pod.getMetadata().getName());
  }
}

package dev.kintsugi.operators.diffusionservice;

import dev.kintsugi.core.service.PodGroup;
import dev.kintsugi.core.service.ServiceAsk;
import dev.kintsugi.core.service.ServiceObservation;
import dev.kintsugi.core.service.SpecProblem;
import dev.kintsugi.operators.crds.ModelRollout;
import dev.kintsugi.operators.crds.ServiceLevelObjective;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.Optional;

/**
 * Everything read at the start of a pass.
 *
 * @param children as the caches have them
 */
record Observed(
    ServiceAsk ask,
    ServiceObservation seen,
    List<SpecProblem> problems,
    DiffusionServiceResources resources,
    List<Deployment> deployments,
    List<Pod> pods,
    List<ModelRollout> rollouts,
    List<ServiceLevelObjective> objectives,
    List<HasMetadata> children) {

  Optional<HasMetadata> actual(HasMetadata desired) {
    return children.stream()
        .filter(child -> child.getKind().equals(desired.getKind()))
        .filter(child -> child.getMetadata().getName().equals(desired.getMetadata().getName()))
        .findFirst();
  }

  Optional<Deployment> deployment(PodGroup.Key key) {
    return deployments.stream()
        .filter(deployment -> Names.group(deployment).equals(key))
        .findFirst();
  }
}

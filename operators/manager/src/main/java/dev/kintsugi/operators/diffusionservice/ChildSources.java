package dev.kintsugi.operators.diffusionservice;

import dev.kintsugi.operators.crds.DiffusionService;
import dev.kintsugi.operators.crds.ModelRollout;
import dev.kintsugi.operators.crds.ServiceLevelObjective;
import dev.kintsugi.operators.kube.LeanStore;
import dev.kintsugi.operators.kube.OperatorRuntime;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * What a DiffusionService is told about: its children, the pods its Deployments make, and what is
 * promised for it.
 */
final class ChildSources {

  /** Index of services by the name of the model they serve. */
  static final String BY_MODEL = "model";

  private ChildSources() {}

  static List<EventSource<?, DiffusionService>> of(EventSourceContext<DiffusionService> context) {
    context
        .getPrimaryCache()
        .addIndexer(BY_MODEL, service -> List.of(service.getSpec().model().name()));
    return List.of(
        source(Deployment.class, context),
        source(Service.class, context),
        source(PodDisruptionBudget.class, context),
        source(NetworkPolicy.class, context),
        lean(Pod.class, context),
        source(ModelRollout.class, context),
        objectives(context));
  }

  /** Objectives are people's own objects, and tell of each new figure: only a turn is news here. */
  private static EventSource<?, DiffusionService> objectives(
      EventSourceContext<DiffusionService> context) {
    var configuration =
        InformerEventSourceConfiguration.from(ServiceLevelObjective.class, DiffusionService.class)
            .withSecondaryToPrimaryMapper(
                objective ->
                    Set.of(
                        new ResourceID(
                            objective.getSpec().service(), objective.getMetadata().getNamespace())))
            .withInformerListLimit(OperatorRuntime.LIST_PAGE)
            .withItemStore(new LeanStore<>())
            .withOnUpdateFilter(
                (now, before) ->
                    !Objects.equals(Promises.state(now), Promises.state(before))
                        || !now.getSpec().service().equals(before.getSpec().service()))
            .build();
    return new InformerEventSource<>(configuration, context);
  }

  /** Pods are owned by ReplicaSets, so all children are found by the label they carry. */
  private static <R extends HasMetadata> EventSource<?, DiffusionService> source(
      Class<R> type, EventSourceContext<DiffusionService> context) {
    return new InformerEventSource<>(child(type).build(), context);
  }

  private static <R extends HasMetadata> EventSource<?, DiffusionService> lean(
      Class<R> type, EventSourceContext<DiffusionService> context) {
    return new InformerEventSource<>(child(type).withItemStore(new LeanStore<>()).build(), context);
  }

  private static <R extends HasMetadata> InformerEventSourceConfiguration.Builder<R> child(
      Class<R> type) {
    return InformerEventSourceConfiguration.from(type, DiffusionService.class)
        .withLabelSelector(Names.MANAGED_BY + "=" + Names.MANAGER + "," + Names.SERVICE)
        .withSecondaryToPrimaryMapper(ChildSources::owner)
        .withInformerListLimit(OperatorRuntime.LIST_PAGE);
  }

  private static Set<ResourceID> owner(HasMetadata child) {
    return Set.of(
        new ResourceID(Names.label(child, Names.SERVICE), child.getMetadata().getNamespace()));
  }
}

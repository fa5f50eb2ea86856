package dev.kintsugi.operators.servicelevelobjective;

import dev.kintsugi.core.service.FleetSync;
import dev.kintsugi.operators.OperatorSettings;
import dev.kintsugi.operators.crds.ServiceLevelObjective;
import dev.kintsugi.operators.crds.ServiceLevelObjectiveStatus;
import dev.kintsugi.operators.fleet.ObjectivePusher;
import dev.kintsugi.operators.fleet.ObjectivePusher.Report;
import dev.kintsugi.operators.kube.Cluster;
import dev.kintsugi.operators.kube.Cluster.Announcement;
import dev.kintsugi.protocol.fleet.ServiceObjective;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Pushes an objective, writes its rules, and keeps its status as the control plane counts. */
@Singleton
@ControllerConfiguration(
    name = "servicelevelobjective",
    finalizerName = ServiceLevelObjectiveReconciler.FINALIZER)
public class ServiceLevelObjectiveReconciler
    implements Reconciler<ServiceLevelObjective>, Cleaner<ServiceLevelObjective> {

  static final String FINALIZER = "kintsugi.dev/objective";

  private static final Duration LEAVE_WITHIN = Duration.ofMinutes(1);
  private static final Duration RULES_EVERY = Duration.ofMinutes(10);

  private final ObjectivePusher fleet;
  private final Cluster cluster;
  private final Duration lookEvery;
  private final Clock clock;
  private final Map<String, Written> written = new ConcurrentHashMap<>();

  /** Rules as they were last looked after, by the resource's uid. */
  private record Written(long generation, Instant at) {}

  public ServiceLevelObjectiveReconciler(
      ObjectivePusher fleet, Cluster cluster, OperatorSettings settings, Clock clock) {
    this.fleet = fleet;
    this.cluster = cluster;
    this.lookEvery = settings.lookInterval();
    this.clock = clock;
  }

  @Override
  public UpdateControl<ServiceLevelObjective> reconcile(
      ServiceLevelObjective resource, Context<ServiceLevelObjective> context) {
    Instant now = clock.instant();
    ServiceLevelObjectiveStatus status = status(resource, now);
    writeRules(resource, context, now);
    ObjectiveStatuses.turned(resource.getStatus(), status)
        .map(
            met ->
                new Announcement(
                    ObjectiveStatuses.alarming(status), met.reason(), "Judge", met.message()))
        .ifPresent(announcement -> cluster.tell(resource, announcement, now));
    UpdateControl<ServiceLevelObjective> control =
        status.equals(resource.getStatus())
            ? UpdateControl.noUpdate()
            : UpdateControl.patchStatus(withStatus(resource, status));
    return control.rescheduleAfter(lookEvery);
  }

  private ServiceLevelObjectiveStatus status(ServiceLevelObjective resource, Instant now) {
    ServiceObjective objective;
    try {
      objective = ObjectiveCompiler.compile(resource);
    } catch (IllegalArgumentException e) {
      var refused = new FleetSync(FleetSync.Status.REFUSED, String.valueOf(e.getMessage()), 0);
      return ObjectiveStatuses.status(resource, null, refused, null, now);
    }
    Report report = fleet.sync(key(resource), objective);
    return ObjectiveStatuses.status(resource, objective, report.sync(), report.evidence(), now);
  }

  /** The kind is another operator's and may come and go, so it is looked for again and again. */
  private void writeRules(
      ServiceLevelObjective resource, Context<ServiceLevelObjective> context, Instant now) {
    var metadata = resource.getMetadata();
    Written last = written.get(metadata.getUid());
    if (last != null
        && last.generation() == metadata.getGeneration()
        && now.isBefore(last.at().plus(RULES_EVERY))) {
      return;
    }
    if (cluster.serves(AlertRules.API_VERSION, AlertRules.KIND)) {
      cluster.apply(AlertRules.of(resource), Optional.empty(), context);
    }
    written.put(metadata.getUid(), new Written(metadata.getGeneration(), now));
  }

  /** Bounded: a control plane that is gone for good does not keep a deleted objective alive. */
  @Override
  public DeleteControl cleanup(
      ServiceLevelObjective resource, Context<ServiceLevelObjective> context) {
    var metadata = resource.getMetadata();
    Instant deletedAt = Instant.parse(metadata.getDeletionTimestamp());
    if (fleet.remove(key(resource), metadata.getUid())
        || clock.instant().isAfter(deletedAt.plus(LEAVE_WITHIN))) {
      written.remove(metadata.getUid());
      return DeleteControl.defaultDelete();
    }
    return DeleteControl.noFinalizerRemoval().rescheduleAfter(Duration.ofSeconds(5).toMillis());
  }

  private static String key(ServiceLevelObjective resource) {
    return resource.getMetadata().getNamespace() + "/" + resource.getMetadata().getName();
  }

  private static ServiceLevelObjective withStatus(
      ServiceLevelObjective resource, ServiceLevelObjectiveStatus status) {
    var patch = new ServiceLevelObjective();
    patch.setMetadata(
        new ObjectMetaBuilder()
            .withName(resource.getMetadata().getName())
            .withNamespace(resource.getMetadata().getNamespace())
            .build());
    patch.setStatus(status);
    return patch;
  }
}

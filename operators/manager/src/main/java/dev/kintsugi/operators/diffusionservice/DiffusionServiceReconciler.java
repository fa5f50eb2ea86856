package dev.kintsugi.operators.diffusionservice;

import dev.kintsugi.core.service.GroupStep;
import dev.kintsugi.core.service.ServiceJudge;
import dev.kintsugi.core.service.ServicePlan;
import dev.kintsugi.core.service.ServicePlanner;
import dev.kintsugi.operators.crds.DiffusionService;
import dev.kintsugi.operators.crds.DiffusionServiceStatus;
import dev.kintsugi.operators.fleet.FleetPusher;
import dev.kintsugi.operators.fleet.FleetReport;
import dev.kintsugi.operators.kube.Cluster;
import dev.kintsugi.operators.kube.Cluster.Announcement;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.PrimaryUpdateAndCacheUtils;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Observe, decide, apply, report. */
@Singleton
@ControllerConfiguration(
    name = "diffusionservice",
    finalizerName = DiffusionServiceReconciler.FINALIZER)
public class DiffusionServiceReconciler
    implements Reconciler<DiffusionService>, Cleaner<DiffusionService> {

  static final String FINALIZER = "kintsugi.dev/drain";

  private static final Duration DRAIN_POLL = Duration.ofSeconds(1);
  private static final Duration SHORTEST = Duration.ofMillis(200);

  private final DiffusionServiceObserver observer;
  private final Cluster cluster;
  private final FleetPusher fleet;
  private final Clock clock;

  public DiffusionServiceReconciler(
      DiffusionServiceObserver observer, Cluster cluster, FleetPusher fleet, Clock clock) {
    this.observer = observer;
    this.cluster = cluster;
    this.fleet = fleet;
    this.clock = clock;
  }

  @Override
  public List<EventSource<?, DiffusionService>> prepareEventSources(
      EventSourceContext<DiffusionService> context) {
    return ChildSources.of(context);
  }

  @Override
  public UpdateControl<DiffusionService> reconcile(
      DiffusionService service, Context<DiffusionService> context) {
    Pass pass = pass(service, context);
    UpdateControl<DiffusionService> control =
        pass.status().equals(service.getStatus())
            ? UpdateControl.noUpdate()
            : UpdateControl.patchStatus(withStatus(service, pass.status()));
    return control.rescheduleAfter(pass.again(clock.instant()));
  }

  @Override
  public DeleteControl cleanup(DiffusionService service, Context<DiffusionService> context) {
    Pass pass = pass(service, context);
    if (pass.plan().steps().isEmpty() && leaveFleet(service)) {
      // No status any more: it would change the object under the removal of the finalizer.
      return DeleteControl.defaultDelete();
    }
    if (!pass.status().equals(service.getStatus())) {
      PrimaryUpdateAndCacheUtils.ssaPatchStatusAndCacheResource(
          service, withStatus(service, pass.status()), context);
    }
    return DeleteControl.noFinalizerRemoval().rescheduleAfter(DRAIN_POLL.toMillis());
  }

  private Pass pass(DiffusionService service, Context<DiffusionService> context) {
    Instant now = clock.instant();
    String key = key(service);
    Observed observed = observer.observe(service, fleet.last(key), context);
    ServicePlan plan = ServicePlanner.decide(observed.ask(), observed.seen(), now);
    carryOut(service, plan, observed, context, now);
    FleetReport report = push(service, plan, observed, now);
    var verdict =
        ServiceJudge.judge(
            observed.ask(), observed.seen(), plan, observed.problems(), report.sync(), now);
    var status = DiffusionServiceConditions.status(service, observed.seen(), plan, verdict, now);
    DiffusionServiceConditions.occurrences(service.getStatus(), status).stream()
        .map(o -> new Announcement(o.warning(), o.reason(), o.action(), o.note()))
        .forEach(announcement -> cluster.tell(service, announcement, now));
    return new Pass(plan, status, report);
  }

  private void carryOut(
      DiffusionService service,
      ServicePlan plan,
      Observed observed,
      Context<DiffusionService> context,
      Instant now) {
    if (!observed.ask().held() && !observed.ask().deleting()) {
      for (HasMetadata desired : observed.resources().desired(plan)) {
        cluster.apply(desired, observed.actual(desired), context);
      }
    }
    for (GroupStep step : plan.steps()) {
      observed.deployment(step.key()).ifPresent(actual -> take(service, step, actual, now));
    }
  }

  private void take(DiffusionService service, GroupStep step, Deployment actual, Instant now) {
    boolean marked = Names.annotation(actual, Names.DRAINING_SINCE) != null;
    switch (step) {
      case GroupStep.Run _, GroupStep.Keep _ when marked ->
          cluster.annotate(actual, Names.DRAINING_SINCE, null);
      case GroupStep.Run _, GroupStep.Keep _ -> {}
      case GroupStep.Drain drain when !marked -> {
        cluster.annotate(actual, Names.DRAINING_SINCE, drain.since().toString());
        cluster.tell(service, Announcements.of(drain), now);
      }
      case GroupStep.Drain _ -> {}
      case GroupStep.Remove remove -> {
        cluster.delete(actual);
        cluster.tell(service, Announcements.of(remove), now);
      }
    }
  }

  /** A service that was never acceptable has nothing to say to the control plane. */
  private FleetReport push(
      DiffusionService service, ServicePlan plan, Observed observed, Instant now) {
    String key = key(service);
    if (observed.ask().held() && observed.deployments().isEmpty()) {
      return fleet.last(key);
    }
    var state =
        FleetStates.compile(
            service, plan, observed.ask().revision(), observed.deployments(), observed.pods());
    return state
        .map(compiled -> fleet.sync(key, compiled, plan.draining(), now))
        .orElseGet(() -> fleet.last(key));
  }

  /** Bounded: a control plane that is gone for good does not keep a deleted service alive. */
  private boolean leaveFleet(DiffusionService service) {
    if (fleet.remove(key(service), service.getMetadata().getUid())) {
      return true;
    }
    var deletedAt = Instant.parse(service.getMetadata().getDeletionTimestamp());
    boolean late = clock.instant().isAfter(deletedAt.plus(PodTemplates.drain(service.getSpec())));
    if (late) {
      fleet.forget(key(service));
    }
    return late;
  }

  private static String key(DiffusionService service) {
    return service.getMetadata().getNamespace() + "/" + service.getMetadata().getName();
  }

  private static DiffusionService withStatus(
      DiffusionService service, DiffusionServiceStatus status) {
    var patch = new DiffusionService();
    patch.setMetadata(
        new ObjectMetaBuilder()
            .withName(service.getMetadata().getName())
            .withNamespace(service.getMetadata().getNamespace())
            .build());
    patch.setStatus(status);
    return patch;
  }

  /** What one pass came to. */
  private record Pass(ServicePlan plan, DiffusionServiceStatus status, FleetReport report) {

    Duration again(Instant now) {
      Duration next =
          report.next().equals(Instant.MIN)
              ? Duration.ofMinutes(1)
              : Duration.between(now, report.next());
      Duration wait = plan.draining() && next.compareTo(DRAIN_POLL) > 0 ? DRAIN_POLL : next;
      return wait.compareTo(SHORTEST) < 0 ? SHORTEST : wait;
    }
  }
}

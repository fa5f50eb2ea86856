package dev.kintsugi.operators.diffusionservice;

import dev.kintsugi.core.service.GroupStep;
import dev.kintsugi.core.service.PodGroup;
import dev.kintsugi.core.service.ServiceJudge;
import dev.kintsugi.core.service.ServicePlan;
import dev.kintsugi.core.service.ServicePlanner;
import dev.kintsugi.operators.crds.DiffusionService;
import dev.kintsugi.operators.crds.DiffusionServiceStatus;
import dev.kintsugi.operators.crds.Durations;
import dev.kintsugi.operators.crds.ModelRollout;
import dev.kintsugi.operators.fleet.FleetPusher;
import dev.kintsugi.operators.fleet.FleetReport;
import dev.kintsugi.operators.kube.Cluster;
import dev.kintsugi.operators.kube.Cluster.Announcement;
import dev.kintsugi.operators.kube.Cluster.StaleException;
import dev.kintsugi.operators.modelrollout.RevisionNote;
import dev.kintsugi.operators.modelrollout.RolloutCourse;
import dev.kintsugi.operators.modelrollout.RolloutDriver;
import dev.kintsugi.operators.modelrollout.RolloutView;
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
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Observe, decide, apply, report. */
@Singleton
@ControllerConfiguration(
    name = "diffusionservice",
    finalizerName = DiffusionServiceReconciler.FINALIZER)
public class DiffusionServiceReconciler
    implements Reconciler<DiffusionService>, Cleaner<DiffusionService> {

  static final String FINALIZER = "kintsugi.dev/drain";

  private static final Logger LOG = LoggerFactory.getLogger(DiffusionServiceReconciler.class);
  private static final Duration UNWATCHED = Duration.ofMinutes(1);
  private static final Duration SHORTEST = Duration.ofMillis(200);

  private final DiffusionServiceObserver observer;
  private final Cluster cluster;
  private final FleetPusher fleet;
  private final RolloutDriver rollouts;
  private final Clock clock;
  private final Settled settled = new Settled();

  public DiffusionServiceReconciler(
      DiffusionServiceObserver observer,
      Cluster cluster,
      FleetPusher fleet,
      RolloutDriver rollouts,
      Clock clock) {
    this.observer = observer;
    this.cluster = cluster;
    this.fleet = fleet;
    this.rollouts = rollouts;
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
    Pass pass;
    try {
      pass = pass(service, context);
    } catch (StaleException e) {
      LOG.debug("{}; looking again", e.getMessage());
      return UpdateControl.<DiffusionService>noUpdate().rescheduleAfter(SHORTEST);
    }
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
      settled.forget(service);
      observer.forget(service);
      // No status any more: it would change the object under the removal of the finalizer.
      return DeleteControl.defaultDelete();
    }
    if (!pass.status().equals(service.getStatus())) {
      PrimaryUpdateAndCacheUtils.ssaPatchStatusAndCacheResource(
          service, withStatus(service, pass.status()), context);
    }
    return DeleteControl.noFinalizerRemoval().rescheduleAfter(fleet.pace().toMillis());
  }

  private Pass pass(DiffusionService service, Context<DiffusionService> context) {
    Instant now = clock.instant();
    String key = key(service);
    Observed observed = observer.observe(service, fleet.last(key), context);
    RolloutCourse course = rollouts.drive(view(service, observed), cache(context), now);
    ServicePlan plan =
        ServicePlanner.decide(
            course.ask(), observed.seen(), course.state(), fleet.last(key).heard(), now);
    carryOut(service, plan, course, observed, context, now);
    FleetReport report = push(service, plan, course, observed, now);
    var verdict =
        ServiceJudge.judge(
            course.ask(),
            observed.seen(),
            plan,
            observed.problems(),
            report.sync(),
            course.change(),
            now);
    var status =
        DiffusionServiceConditions.status(
            service,
            observed.seen(),
            plan,
            course,
            verdict,
            Promises.of(observed.objectives()).orElse(null),
            now);
    DiffusionServiceConditions.occurrences(service.getStatus(), status).stream()
        .map(o -> new Announcement(o.warning(), o.reason(), o.action(), o.note()))
        .forEach(announcement -> cluster.tell(service, announcement, now));
    return new Pass(plan, status, report, patience(service, plan, course));
  }

  private RolloutView view(DiffusionService service, Observed observed) {
    return new RolloutView(
        service,
        observed.ask(),
        observed.seen(),
        fleet.last(key(service)),
        observed.rollouts(),
        RevisionNote.read(observed.deployments()));
  }

  /** What this pass writes is what the next one reads, however slow the watch is. */
  private static BiConsumer<ModelRollout, @Nullable ModelRollout> cache(
      Context<DiffusionService> context) {
    var source = context.eventSourceRetriever().getEventSourceFor(ModelRollout.class);
    return (written, before) -> {
      if (source instanceof InformerEventSource<ModelRollout, DiffusionService> informer) {
        var id = ResourceID.fromResource(written);
        if (before == null) {
          informer.handleRecentResourceCreate(id, written);
        } else {
          informer.handleRecentResourceUpdate(id, written, before);
        }
      }
    };
  }

  /** What may change without a word is looked at as often as it can change. */
  private Duration patience(DiffusionService service, ServicePlan plan, RolloutCourse course) {
    var probe = service.getSpec().probe();
    Duration patience = probe.enabled() ? Durations.parse(probe.interval()) : UNWATCHED;
    boolean watched = plan.draining() || course.state() != null;
    return watched ? shorter(fleet.pace(), patience) : patience;
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  private void carryOut(
      DiffusionService service,
      ServicePlan plan,
      RolloutCourse course,
      Observed observed,
      Context<DiffusionService> context,
      Instant now) {
    Set<String> made =
        observed.ask().held() || observed.ask().deleting()
            ? Set.of()
            : make(service, plan, course, observed, context);
    mark(service, plan, observed, now);
    for (GroupStep step : plan.steps()) {
      observed.deployment(step.key()).ifPresent(actual -> take(service, step, actual, made, now));
    }
  }

  /** Names of what was made or put right in this pass, if anything had to be. */
  private Set<String> make(
      DiffusionService service,
      ServicePlan plan,
      RolloutCourse course,
      Observed observed,
      Context<DiffusionService> context) {
    Settled.Scene scene = Settled.scene(service, plan, course, observed.children());
    if (settled.is(service, scene)) {
      return Set.of();
    }
    Set<String> made = new HashSet<>();
    boolean written = false;
    for (HasMetadata desired : observed.resources().desired(plan, course)) {
      written |= cluster.apply(desired, observed.actual(desired), context);
      made.add(desired.getMetadata().getName());
    }
    if (!written) {
      settled.found(service, scene);
    }
    return made;
  }

  /** Before a Deployment becomes smaller, the pods that go are marked as those it gives up. */
  private void mark(DiffusionService service, ServicePlan plan, Observed observed, Instant now) {
    Set<PodGroup.Key> shrinking = new HashSet<>();
    for (PodMark mark : PodMark.missing(plan, observed.pods(), now)) {
      cluster.annotate(mark.pod(), mark.annotations());
      if (mark.begins()) {
        shrinking.add(Names.group(mark.pod()));
      }
    }
    for (GroupStep step : plan.steps()) {
      if (step instanceof GroupStep.Run run && shrinking.contains(run.key())) {
        cluster.tell(service, Announcements.of(run), now);
      }
    }
  }

  private void take(
      DiffusionService service, GroupStep step, Deployment actual, Set<String> made, Instant now) {
    boolean marked = Names.annotation(actual, Names.DRAINING_SINCE) != null;
    if (step instanceof GroupStep.Run run
        && !made.contains(actual.getMetadata().getName())
        && !Objects.equals(actual.getSpec().getReplicas(), run.size())) {
      cluster.scale(actual, run.size());
    }
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
      DiffusionService service,
      ServicePlan plan,
      RolloutCourse course,
      Observed observed,
      Instant now) {
    String key = key(service);
    if (observed.ask().held() && observed.deployments().isEmpty()) {
      return fleet.last(key);
    }
    var state =
        FleetStates.compile(
            service,
            plan,
            observed.ask().revision(),
            course,
            observed.deployments(),
            observed.pods());
    boolean watching = plan.draining() || service.getSpec().probe().enabled();
    FleetReport report =
        state
            .map(compiled -> fleet.sync(key, compiled, watching, now))
            .orElseGet(() -> fleet.last(key));
    if (report.heard()) {
      rollouts.pushed(course, clock.instant());
    }
    return report;
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
  private record Pass(
      ServicePlan plan, DiffusionServiceStatus status, FleetReport report, Duration patience) {

    Duration again(Instant now) {
      Duration next =
          report.next().equals(Instant.MIN) ? UNWATCHED : Duration.between(now, report.next());
      Duration wait = shorter(next, patience);
      return wait.compareTo(SHORTEST) < 0 ? SHORTEST : wait;
    }
  }
}

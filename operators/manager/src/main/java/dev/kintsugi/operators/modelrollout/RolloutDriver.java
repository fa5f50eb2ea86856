package dev.kintsugi.operators.modelrollout;

import dev.kintsugi.core.service.RolloutPhase;
import dev.kintsugi.core.service.RolloutReason;
import dev.kintsugi.core.service.RolloutStart;
import dev.kintsugi.core.service.RolloutState;
import dev.kintsugi.core.service.ServiceAsk;
import dev.kintsugi.core.service.ServiceObservation;
import dev.kintsugi.operators.crds.DiffusionService;
import dev.kintsugi.operators.crds.ModelRollout;
import dev.kintsugi.operators.crds.ModelRolloutSpec.Revision;
import dev.kintsugi.operators.crds.ModelRolloutStatus;
import dev.kintsugi.operators.health.OperatorMetrics;
import dev.kintsugi.operators.kube.Cluster;
import dev.kintsugi.operators.kube.Cluster.Announcement;
import dev.kintsugi.operators.modelrollout.RolloutTurn.Outcome;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Carries rollouts on as part of a pass over their service. What is decided is written down, under
 * a lock on what was read, before anything is done on it.
 */
@Singleton
public class RolloutDriver {

  private final Cluster cluster;
  private final OperatorMetrics metrics;

  /** When those that go back were told to; only for the metric. */
  private final Map<String, Instant> returning = new ConcurrentHashMap<>();

  public RolloutDriver(Cluster cluster, OperatorMetrics metrics) {
    this.cluster = cluster;
    this.metrics = metrics;
  }

  /**
   * @param cache is given every object that was written (its name, the new one, the old one or
   *     null), so that the next pass sees it
   * @throws Cluster.StaleException when what was read is not the newest; nothing was done then
   */
  public RolloutCourse drive(
      RolloutView view, BiConsumer<ModelRollout, @Nullable ModelRollout> cache, Instant now) {
    return view.ask().deleting()
        ? RolloutCourse.none(view.ask())
        : new Pass(view, cache, now).run();
  }

  /** The state of a pass is in force at the control plane. */
  public void pushed(RolloutCourse course, Instant now) {
    RolloutState state = course.state();
    if (state != null && state.phase() == RolloutPhase.ROLLING_BACK) {
      Instant since = returning.remove(key(course));
      if (since != null) {
        metrics.rolloutReturned(Duration.between(since, now));
      }
    }
  }

  private static String key(RolloutCourse course) {
    return course.rollout() == null ? "" : course.rollout().getMetadata().getUid();
  }

  private final class Pass {
    private final DiffusionService service;
    private final ServiceAsk ask;
    private final ServiceObservation seen;
    private final RolloutView view;
    private final List<ModelRollout> mine;
    private final BiConsumer<ModelRollout, @Nullable ModelRollout> cache;
    private final Instant now;

    Pass(RolloutView view, BiConsumer<ModelRollout, @Nullable ModelRollout> cache, Instant now) {
      this.view = view;
      this.service = view.service();
      this.ask = view.ask();
      this.seen = view.seen();
      this.mine = ModelRollouts.of(service, view.rollouts());
      this.cache = cache;
      this.now = now;
    }

    RolloutCourse run() {
      if (mine.isEmpty()) {
        return start(null, null, false);
      }
      mine.subList(0, mine.size() - 1).stream().filter(Pass::asked).forEach(r -> turn(r, false));
      ModelRollout newest = mine.getLast();
      Turned turned = turn(newest, true);
      Outcome outcome = turned.outcome();
      return outcome.state().phase().ended()
          ? start(turned.rollout(), outcome.state(), outcome.retry())
          : new RolloutCourse(ask, outcome.state(), turned.rollout());
    }

    private static boolean asked(ModelRollout rollout) {
      var annotations = rollout.getMetadata().getAnnotations();
      return annotations != null && annotations.containsKey(ModelRollout.ACTION);
    }

    private record Turned(ModelRollout rollout, Outcome outcome) {}

    private Turned turn(ModelRollout rollout, boolean newest) {
      Outcome outcome = RolloutTurn.take(rollout, newest, view, now);
      ModelRollout current = rollout;
      if (outcome.status() != null) {
        current = written(rollout, outcome.status());
      }
      if (outcome.undo()) {
        undo(rollout);
      }
      if (outcome.action() != null) {
        current = takeOff(current, outcome.state().paused());
      }
      tell(current, outcome);
      return new Turned(current, outcome);
    }

    private ModelRollout written(ModelRollout rollout, ModelRolloutStatus status) {
      var patch = new ModelRollout();
      patch.setMetadata(
          new ObjectMetaBuilder()
              .withName(rollout.getMetadata().getName())
              .withNamespace(rollout.getMetadata().getNamespace())
              .withResourceVersion(rollout.getMetadata().getResourceVersion())
              .build());
      patch.setStatus(status);
      ModelRollout current = cluster.patchStatus(patch);
      cache.accept(current, rollout);
      return current;
    }

    private void undo(ModelRollout rollout) {
      Revision from = rollout.getSpec().from();
      cluster.replaceSpec(
          service,
          Map.of("model", from.model(), "runtime", from.runtime(), "warmup", from.warmup()));
    }

    private ModelRollout takeOff(ModelRollout rollout, boolean paused) {
      Map<String, @Nullable String> annotations = new HashMap<>();
      annotations.put(ModelRollout.ACTION, null);
      Map<String, Object> fields = new HashMap<>();
      fields.put("metadata", Map.of("annotations", annotations));
      if (rollout.getSpec().paused() != paused) {
        fields.put("spec", Map.of("paused", paused));
      }
      ModelRollout current = cluster.merge(rollout, fields);
      cache.accept(current, rollout);
      return current;
    }

    private void tell(ModelRollout rollout, Outcome outcome) {
      var answer = outcome.answer();
      if (answer != null) {
        cluster.tell(
            rollout,
            new Announcement(
                !answer.accepted(),
                answer.accepted() ? answer.reason().text() : "ActionRefused",
                String.valueOf(outcome.action()),
                answer.message()),
            now);
      }
      RolloutPhase phase = outcome.state().phase();
      if (phase == outcome.before().phase()) {
        return;
      }
      boolean alarming = alarming(outcome);
      var event =
          new Announcement(
              alarming,
              outcome.decision().reason().text(),
              phase.text(),
              outcome.decision().message());
      cluster.tell(rollout, event, now);
      if (phase.ended() || alarming) {
        cluster.tell(
            service,
            new Announcement(
                alarming,
                event.reason(),
                event.action(),
                rollout.getMetadata().getName() + ": " + event.note()),
            now);
      }
      count(rollout, outcome);
    }

    private static boolean alarming(Outcome outcome) {
      return switch (outcome.decision().reason()) {
        case VERDICT_ROLLBACK, CANARY_CRASHES, CANARY_NEVER_READY, INCONCLUSIVE -> true;
        default -> false;
      };
    }

    private void count(ModelRollout rollout, Outcome outcome) {
      if (RolloutTurn.wentBack(outcome)) {
        var reason =
            outcome.answer() == null ? outcome.decision().reason() : outcome.answer().reason();
        metrics.rolloutWentBack(reason.text());
        returning.put(rollout.getMetadata().getUid(), now);
      }
      if (outcome.state().phase().ended()) {
        Instant began = Instant.parse(rollout.getMetadata().getCreationTimestamp());
        metrics.rolloutEnded(outcome.state().phase().text(), Duration.between(began, now));
        returning.remove(rollout.getMetadata().getUid());
      }
    }

    private RolloutCourse start(
        @Nullable ModelRollout newest, @Nullable RolloutState state, boolean retry) {
      var past =
          newest == null || state == null || retry
              ? null
              : ModelRollouts.past(newest, state, service, ask.revision());
      return switch (RolloutStart.decide(ask, seen, stable(state), past, now)) {
        case RolloutStart.None _ -> RolloutCourse.none(ask);
        case RolloutStart.Refused refused ->
            new RolloutCourse(ask.instead(refused.stable()), null, newest);
        case RolloutStart.Begin begin -> begin(begin);
      };
    }

    /**
     * What the last rollout left is surer than a status that may not have been written after it.
     */
    private @Nullable String stable(@Nullable RolloutState last) {
      if (last != null) {
        String left = last.phase() == RolloutPhase.PROMOTED ? last.canary() : last.stable();
        if (seen.groups().stream().anyMatch(group -> group.key().revision().equals(left))) {
          return left;
        }
      }
      var status = service.getStatus();
      return status == null ? null : status.stableRevision();
    }

    private RolloutCourse begin(RolloutStart.Begin begin) {
      Revision from = from(begin.stable());
      if (from == null) {
        return RolloutCourse.none(ask);
      }
      ModelRollout made =
          cluster.create(
              ModelRollouts.begin(
                  service, from, ask.revision(), begin, ModelRollouts.next(service, mine)));
      cache.accept(made, null);
      var event =
          new Announcement(
              false,
              RolloutReason.STARTED.text(),
              RolloutPhase.PENDING.text(),
              "From revision %s (version %s) to %s (version %s)."
                  .formatted(
                      from.revision(),
                      from.model().version(),
                      ask.revision(),
                      service.getSpec().model().version()));
      cluster.tell(made, event, now);
      cluster.tell(service, event, now);
      prune();
      return new RolloutCourse(ask, ModelRollouts.state(made), made);
    }

    /** Where the pods of stable are described: on their Deployment, or in an earlier rollout. */
    private @Nullable Revision from(String stable) {
      Revision described = view.described().get(stable);
      if (described != null) {
        return described;
      }
      for (ModelRollout rollout : mine.reversed()) {
        var spec = rollout.getSpec();
        if (spec.to().revision().equals(stable)) {
          return spec.to();
        }
        if (spec.from().revision().equals(stable)) {
          return spec.from();
        }
      }
      return null;
    }

    private void prune() {
      long kept = service.getSpec().rollout().revisionHistoryLimit();
      List<ModelRollout> ended =
          mine.stream().filter(r -> ModelRollouts.state(r).phase().ended()).toList();
      ended.subList(0, (int) Math.max(0, ended.size() - kept)).forEach(cluster::delete);
    }
  }
}

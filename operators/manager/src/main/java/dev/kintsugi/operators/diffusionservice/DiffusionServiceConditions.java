package dev.kintsugi.operators.diffusionservice;

import dev.kintsugi.core.service.ServiceObservation;
import dev.kintsugi.core.service.ServicePlan;
import dev.kintsugi.core.service.ServiceVerdict;
import dev.kintsugi.operators.crds.DiffusionService;
import dev.kintsugi.operators.crds.DiffusionServiceStatus;
import dev.kintsugi.operators.crds.DiffusionServiceStatus.NodeState;
import dev.kintsugi.operators.crds.StatusCondition;
import dev.kintsugi.operators.modelrollout.RolloutCourse;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A verdict as the status of the resource; transition times are kept. Pure. */
final class DiffusionServiceConditions {

  private DiffusionServiceConditions() {}

  static DiffusionServiceStatus status(
      DiffusionService service,
      ServiceObservation seen,
      ServicePlan plan,
      RolloutCourse course,
      ServiceVerdict verdict,
      @Nullable String slo,
      Instant now) {
    long generation = service.getMetadata().getGeneration();
    var before = service.getStatus();
    return new DiffusionServiceStatus(
        generation,
        verdict.phase().text(),
        verdict.ready() + "/" + verdict.asked(),
        verdict.asked(),
        verdict.ready(),
        Names.SERVICE + "=" + service.getMetadata().getName(),
        plan.serving(),
        stable(seen, plan, course, before),
        course.name() == null && before != null ? before.rollout() : course.name(),
        course.canary(),
        slo,
        verdict.conditions().stream()
            .map(condition -> condition(condition, before, generation, now))
            .toList(),
        seen.nodes().stream()
            .map(
                node ->
                    new NodeState(
                        node.name(),
                        node.group().pool(),
                        node.group().revision(),
                        node.ready(),
                        node.stopping() || plan.draining(node)))
            .toList());
  }

  /** A revision is stable once it was ready and is not on trial. */
  private static @Nullable String stable(
      ServiceObservation seen,
      ServicePlan plan,
      RolloutCourse course,
      @Nullable DiffusionServiceStatus before) {
    if (course.state() != null) {
      return course.state().stable();
    }
    String serving = plan.serving();
    if (serving != null && seen.ready(serving) > 0) {
      return serving;
    }
    return before == null ? null : before.stableRevision();
  }

  static Optional<StatusCondition> find(@Nullable DiffusionServiceStatus status, String type) {
    return status == null
        ? Optional.empty()
        : status.conditions().stream().filter(c -> c.type().equals(type)).findFirst();
  }

  private static StatusCondition condition(
      ServiceVerdict.Condition condition,
      @Nullable DiffusionServiceStatus before,
      long generation,
      Instant now) {
    return StatusCondition.now(
        condition.type().text(),
        condition.truth().text(),
        condition.reason().text(),
        condition.message(),
        generation,
        before == null ? List.of() : before.conditions(),
        now);
  }

  /**
   * What changed for people: one event for each new reason, told by the first condition that has it
   * (the later ones only pass it on).
   */
  static List<Occurrence> occurrences(
      @Nullable DiffusionServiceStatus before, DiffusionServiceStatus after) {
    Set<String> told = new HashSet<>();
    return after.conditions().stream()
        .filter(condition -> !"Unknown".equals(condition.status()))
        .filter(condition -> turned(before, condition) && told.add(condition.reason()))
        .map(
            condition ->
                new Occurrence(
                    alarming(condition), condition.reason(), condition.type(), condition.message()))
        .toList();
  }

  private static boolean turned(
      @Nullable DiffusionServiceStatus before, StatusCondition condition) {
    return find(before, condition.type())
        .filter(old -> old.status().equals(condition.status()))
        .filter(old -> old.reason().equals(condition.reason()))
        .isEmpty();
  }

  private static boolean alarming(StatusCondition condition) {
    return switch (condition.reason()) {
      case "InvalidSpec",
          "NodesStuck",
          "ProbeFailing",
          "ControlPlaneUnreachable",
          "ControlPlaneUnauthorized",
          "ControlPlaneRefused" ->
          true;
      default -> false;
    };
  }

  /**
   * Something worth an event.
   *
   * @param action what it is about, one word
   */
  record Occurrence(boolean warning, String reason, String action, String note) {}
}

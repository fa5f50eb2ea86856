package dev.kintsugi.core.service;

import dev.kintsugi.core.service.ServiceVerdict.Condition;
import dev.kintsugi.core.service.ServiceVerdict.Truth;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Says how a service is, from the plan and what was seen. Unknown is never Ready. */
public final class ServiceJudge {

  private final ServiceAsk ask;
  private final ServiceObservation seen;
  private final ServicePlan plan;
  private final List<PodNode> missing;
  private final int asked;
  private final int ready;
  private final @Nullable Change change;
  private final Instant now;

  private ServiceJudge(
      ServiceAsk ask,
      ServiceObservation seen,
      ServicePlan plan,
      @Nullable Change change,
      Instant now) {
    this.ask = ask;
    this.seen = seen;
    this.plan = plan;
    this.change = change;
    this.now = now;
    this.asked = plan.asked();
    this.ready = Math.min(asked, (int) seen.nodes().stream().filter(this::serves).count());
    this.missing =
        seen.nodes().stream()
            .filter(node -> !node.takesJobs() && !node.stopping() && !plan.draining(node))
            .toList();
  }

  /**
   * @param problems of the spec; empty when it is acceptable
   * @param sync how the control plane took the last push
   */
  public static ServiceVerdict judge(
      ServiceAsk ask,
      ServiceObservation seen,
      ServicePlan plan,
      List<SpecProblem> problems,
      FleetSync sync,
      Instant now) {
    return judge(ask, seen, plan, problems, sync, null, now);
  }

  /**
   * @param change what a rollout does; null while the service has none to speak of
   */
  public static ServiceVerdict judge(
      ServiceAsk ask,
      ServiceObservation seen,
      ServicePlan plan,
      List<SpecProblem> problems,
      FleetSync sync,
      @Nullable Change change,
      Instant now) {
    return new ServiceJudge(ask, seen, plan, change, now).verdict(problems, sync);
  }

  /**
   * A rollout as a service tells of it.
   *
   * @param running it is under way; otherwise its revision was refused and stable goes on
   */
  public record Change(boolean running, String message) {}

  private ServiceVerdict verdict(List<SpecProblem> problems, FleetSync sync) {
    Condition accepted = accepted(problems);
    Condition synced = synced(sync);
    Condition available = available(accepted, synced);
    Condition whole = whole(accepted, synced);
    Condition progressing = progressing(sync);
    return new ServiceVerdict(
        phase(accepted, available, whole, progressing),
        asked,
        ready,
        List.of(accepted, synced, available, whole, progressing));
  }

  private boolean serves(PodNode node) {
    return node.takesJobs() && plan.weight(node.group().revision()) > 0 && !plan.draining(node);
  }

  private static Condition accepted(List<SpecProblem> problems) {
    if (problems.isEmpty()) {
      return new Condition(
          ConditionType.ACCEPTED, Truth.TRUE, ConditionReason.SPEC_VALID, "The spec is valid.");
    }
    String all = problems.stream().map(SpecProblem::toString).collect(Collectors.joining("; "));
    return new Condition(ConditionType.ACCEPTED, Truth.FALSE, ConditionReason.INVALID_SPEC, all);
  }

  private static Condition synced(FleetSync sync) {
    ConditionType type = ConditionType.FLEET_SYNCED;
    return switch (sync.status()) {
      case SYNCED ->
          new Condition(
              type, Truth.TRUE, ConditionReason.SYNCED, "The control plane has the newest state.");
      case NOT_PUSHED ->
          new Condition(
              type,
              Truth.UNKNOWN,
              ConditionReason.NOT_PUSHED_YET,
              "Nothing was pushed to the control plane yet.");
      case UNREACHABLE ->
          new Condition(
              type, Truth.FALSE, ConditionReason.CONTROL_PLANE_UNREACHABLE, sync.detail());
      case UNAUTHORIZED ->
          new Condition(
              type, Truth.FALSE, ConditionReason.CONTROL_PLANE_UNAUTHORIZED, sync.detail());
      case REFUSED ->
          new Condition(type, Truth.FALSE, ConditionReason.CONTROL_PLANE_REFUSED, sync.detail());
    };
  }

  private Condition available(Condition accepted, Condition synced) {
    ConditionType type = ConditionType.AVAILABLE;
    if (ask.deleting()) {
      return new Condition(
          type, Truth.FALSE, ConditionReason.DELETING, "The service is being deleted.");
    }
    if (ready == 0) {
      return accepted.truth() == Truth.TRUE || !seen.groups().isEmpty()
          ? nodesMissing(type)
          : new Condition(type, Truth.FALSE, accepted.reason(), "The spec was never acceptable.");
    }
    return synced.truth() == Truth.TRUE
        ? new Condition(type, Truth.TRUE, ConditionReason.NODES_READY, ready + " nodes take jobs.")
        : new Condition(type, synced.truth(), synced.reason(), synced.message());
  }

  /** Ready: its first cause is what a person should look at first. */
  private Condition whole(Condition accepted, Condition synced) {
    ConditionType type = ConditionType.READY;
    if (ask.deleting()) {
      return new Condition(
          type, Truth.FALSE, ConditionReason.DELETING, "The service is being deleted.");
    }
    if (accepted.truth() != Truth.TRUE) {
      return new Condition(type, Truth.FALSE, accepted.reason(), accepted.message());
    }
    if (asked == 0 || ready < asked) {
      return nodesMissing(type);
    }
    List<String> failing = failingProbes();
    if (!failing.isEmpty()) {
      return probesFail(failing);
    }
    return synced.truth() == Truth.TRUE
        ? new Condition(
            type,
            Truth.TRUE,
            ConditionReason.NODES_READY,
            "%d of %d nodes are ready.".formatted(ready, asked))
        : new Condition(type, synced.truth(), synced.reason(), synced.message());
  }

  /** Nodes that are ready as Kubernetes sees them and make no good clip all the same. */
  private List<String> failingProbes() {
    return seen.nodes().stream()
        .filter(this::serves)
        .map(PodNode::name)
        .filter(seen.failingProbes()::containsKey)
        .sorted()
        .toList();
  }

  private Condition probesFail(List<String> failing) {
    String what =
        failing.size() < ready
            ? "%d of %d nodes fail their probes and get no jobs"
            : "%d of %d nodes fail their probes; all take jobs because none is better";
    String each =
        failing.stream()
            .map(name -> name + ": " + seen.failingProbes().get(name))
            .collect(Collectors.joining("; "));
    return new Condition(
        ConditionType.READY,
        Truth.FALSE,
        ConditionReason.PROBE_FAILING,
        what.formatted(failing.size(), ready) + ". " + each);
  }

  private Condition nodesMissing(ConditionType type) {
    if (asked == 0) {
      return new Condition(
          type,
          Truth.FALSE,
          ConditionReason.SCALED_TO_ZERO,
          "Every pool has 0 replicas; jobs wait until one has more.");
    }
    return new Condition(
        type,
        Truth.FALSE,
        ConditionReason.NODES_NOT_READY,
        "%d of %d nodes are ready.%s".formatted(ready, asked, firstProblem()));
  }

  private String firstProblem() {
    return missing.stream()
        .filter(node -> node.problem() != null)
        .findFirst()
        .map(node -> " " + node.name() + ": " + node.problem())
        .orElse("");
  }

  private Condition progressing(FleetSync sync) {
    ConditionType type = ConditionType.PROGRESSING;
    if (ask.deleting()) {
      return new Condition(
          type,
          Truth.TRUE,
          ConditionReason.DRAINING,
          "Waiting for %d running jobs before the pods are removed.".formatted(sync.jobsRunning()));
    }
    if (change != null && change.running()) {
      return new Condition(type, Truth.TRUE, ConditionReason.REPLACING, change.message());
    }
    Optional<PodNode> stuck = missing.stream().filter(this::stuck).findFirst();
    if (stuck.isPresent()) {
      return new Condition(
          type,
          Truth.FALSE,
          ConditionReason.NODES_STUCK,
          "%s is not ready for more than %d s.%s"
              .formatted(stuck.get().name(), ask.startBound().toSeconds(), firstProblem()));
    }
    long target = ask.held() ? ready : seen.ready(ask.revision());
    boolean replacing =
        !ask.held() && plan.steps().stream().anyMatch(step -> !(step instanceof GroupStep.Run));
    if (replacing) {
      return new Condition(
          type,
          Truth.TRUE,
          ConditionReason.REPLACING,
          "%d of %d nodes of revision %s are ready; revision %s serves; %d groups drain."
              .formatted(target, asked, ask.revision(), plan.serving(), drains()));
    }
    if (target < asked) {
      return new Condition(
          type,
          Truth.TRUE,
          ConditionReason.STARTING,
          "%d of %d nodes are ready.".formatted(target, asked));
    }
    return change == null
        ? new Condition(type, Truth.FALSE, ConditionReason.STABLE, "Nothing is to be done.")
        : new Condition(type, Truth.FALSE, ConditionReason.ROLLED_BACK, change.message());
  }

  private long drains() {
    return plan.steps().stream().filter(GroupStep::draining).count();
  }

  private boolean stuck(PodNode node) {
    return node.notReadySince() != null
        && Duration.between(node.notReadySince(), now).compareTo(ask.startBound()) > 0;
  }

  private Phase phase(
      Condition accepted, Condition available, Condition whole, Condition progressing) {
    if (ask.deleting()) {
      return Phase.DRAINING;
    }
    if (accepted.truth() != Truth.TRUE) {
      return Phase.INVALID;
    }
    if (whole.reason() == ConditionReason.SCALED_TO_ZERO) {
      return Phase.IDLE;
    }
    if (progressing.reason() == ConditionReason.REPLACING) {
      return Phase.REPLACING;
    }
    if (whole.truth() == Truth.TRUE) {
      return Phase.READY;
    }
    if (available.truth() == Truth.TRUE) {
      return Phase.DEGRADED;
    }
    return progressing.reason() == ConditionReason.STARTING ? Phase.STARTING : Phase.UNAVAILABLE;
  }
}

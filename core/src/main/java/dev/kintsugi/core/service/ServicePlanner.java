package dev.kintsugi.core.service;

import dev.kintsugi.core.service.GroupStep.DrainReason;
import dev.kintsugi.core.service.PodGroup.Key;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Moves a service from what is there to what is asked, one safe step at a time: the asked revision
 * is up before it gets jobs, the one before it is drained before it is removed, and a revision that
 * has nothing ready is never preferred to one that has.
 */
public final class ServicePlanner {

  private final ServiceAsk ask;
  private final ServiceObservation seen;
  private final Retirement retirement;

  private ServicePlanner(ServiceAsk ask, ServiceObservation seen, Instant now) {
    this.ask = ask;
    this.seen = seen;
    this.retirement = new Retirement(seen, ask.drainBound(), now);
  }

  /**
   * @param rollout under way; null while there is none
   * @param heard the control plane takes what it is told
   */
  public static ServicePlan decide(
      ServiceAsk ask,
      ServiceObservation seen,
      @Nullable RolloutState rollout,
      boolean heard,
      Instant now) {
    return rollout == null || rollout.phase().ended() || ask.deleting()
        ? decide(ask, seen, now)
        : RolloutPlanner.plan(rollout, ask, seen, heard, now);
  }

  public static ServicePlan decide(ServiceAsk ask, ServiceObservation seen, Instant now) {
    var planner = new ServicePlanner(ask, seen, now);
    if (ask.deleting()) {
      return ServicePlan.serving(
          null,
          seen.groups().stream()
              .map(group -> planner.retirement.retire(group, DrainReason.SERVICE_DELETED))
              .toList(),
          0);
    }
    return ask.held() ? planner.hold() : planner.advance();
  }

  private ServicePlan hold() {
    return ServicePlan.serving(
        incumbent(revision -> true).orElse(null),
        seen.groups().stream()
            .map(
                group ->
                    group.drainingSince() == null
                        ? new GroupStep.Keep(group.key(), group.replicas())
                        : retirement.retire(group, DrainReason.REVISION_SUPERSEDED))
            .toList(),
        seen.groups().stream()
            .filter(group -> group.drainingSince() == null)
            .mapToInt(PodGroup::replicas)
            .sum());
  }

  private ServicePlan advance() {
    boolean settled = ask.revision().equals(seen.lastServing()) && seen.ready(ask.revision()) > 0;
    @Nullable String incumbent =
        settled ? null : incumbent(revision -> !revision.equals(ask.revision())).orElse(null);
    List<GroupStep.Run> runs = ask.pools().stream().map(this::run).toList();
    String serving = incumbent == null || takesOver(runs, incumbent) ? ask.revision() : incumbent;
    List<GroupStep> steps = new ArrayList<>(runs);
    seen.groups().stream()
        .filter(group -> runs.stream().noneMatch(run -> run.key().equals(group.key())))
        .map(group -> leftOver(group, serving))
        .forEach(steps::add);
    return ServicePlan.serving(
        serving, steps, runs.stream().mapToInt(GroupStep.Run::replicas).sum());
  }

  /** The revision that serves until the asked one is up: a ready one before the last known. */
  private Optional<String> incumbent(Predicate<String> eligible) {
    return seen.groups().stream()
        .filter(group -> group.drainingSince() == null)
        .map(group -> group.key().revision())
        .filter(eligible)
        .distinct()
        .filter(revision -> seen.ready(revision) > 0 || revision.equals(seen.lastServing()))
        .max(
            Comparator.<String, Boolean>comparing(revision -> seen.ready(revision) > 0)
                .thenComparing(revision -> revision.equals(seen.lastServing()))
                .thenComparing(seen::ready));
  }

  private boolean takesOver(List<GroupStep.Run> runs, String incumbent) {
    boolean allUp = runs.stream().allMatch(run -> seen.ready(run.key()) >= run.replicas());
    return allUp || (seen.ready(incumbent) == 0 && seen.ready(ask.revision()) > 0);
  }

  private GroupStep.Run run(ServiceAsk.Pool pool) {
    Key key = new Key(ask.revision(), pool.name());
    return group(key)
        .map(group -> Shrink.step(group, pool.replicas(), seen))
        .orElseGet(() -> new GroupStep.Run(key, pool.replicas()));
  }

  private GroupStep leftOver(PodGroup group, String serving) {
    String revision = group.key().revision();
    boolean poolAsked =
        ask.pools().stream().anyMatch(pool -> pool.name().equals(group.key().pool()));
    if (revision.equals(serving) && poolAsked) {
      return new GroupStep.Keep(group.key(), group.replicas());
    }
    if (!poolAsked) {
      return retirement.retire(group, DrainReason.POOL_REMOVED);
    }
    return retirement.retire(
        group,
        serving.equals(ask.revision())
            ? DrainReason.REVISION_REPLACED
            : DrainReason.REVISION_SUPERSEDED);
  }

  private Optional<PodGroup> group(Key key) {
    return seen.groups().stream().filter(group -> group.key().equals(key)).findFirst();
  }
}

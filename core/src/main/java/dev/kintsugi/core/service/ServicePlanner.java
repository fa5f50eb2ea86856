package dev.kintsugi.core.service;

import dev.kintsugi.core.service.GroupStep.DrainReason;
import dev.kintsugi.core.service.GroupStep.RemoveReason;
import dev.kintsugi.core.service.PodGroup.Key;
import java.time.Duration;
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
  private final Instant now;

  private ServicePlanner(ServiceAsk ask, ServiceObservation seen, Instant now) {
    this.ask = ask;
    this.seen = seen;
    this.now = now;
  }

  public static ServicePlan decide(ServiceAsk ask, ServiceObservation seen, Instant now) {
    var planner = new ServicePlanner(ask, seen, now);
    if (ask.deleting()) {
      return new ServicePlan(
          null,
          seen.groups().stream()
              .map(group -> planner.retire(group, DrainReason.SERVICE_DELETED))
              .toList());
    }
    return ask.held() ? planner.hold() : planner.advance();
  }

  private ServicePlan hold() {
    return new ServicePlan(
        incumbent(revision -> true).orElse(null),
        seen.groups().stream()
            .map(
                group ->
                    group.drainingSince() == null
                        ? new GroupStep.Keep(group.key(), group.replicas())
                        : retire(group, DrainReason.REVISION_SUPERSEDED))
            .toList());
  }

  private ServicePlan advance() {
    boolean settled = ask.revision().equals(seen.lastServing()) && seen.ready(ask.revision()) > 0;
    @Nullable String incumbent =
        settled ? null : incumbent(revision -> !revision.equals(ask.revision())).orElse(null);
    List<GroupStep.Run> runs = ask.pools().stream().map(pool -> run(pool, incumbent)).toList();
    String serving = incumbent == null || takesOver(runs, incumbent) ? ask.revision() : incumbent;
    List<GroupStep> steps = new ArrayList<>(runs);
    seen.groups().stream()
        .filter(group -> runs.stream().noneMatch(run -> run.key().equals(group.key())))
        .map(group -> leftOver(group, serving))
        .forEach(steps::add);
    return new ServicePlan(serving, steps);
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

  private GroupStep.Run run(ServiceAsk.Pool pool, @Nullable String incumbent) {
    Key key = new Key(ask.revision(), pool.name());
    int replicas =
        group(key)
            .or(() -> incumbent == null ? Optional.empty() : group(new Key(incumbent, pool.name())))
            .map(PodGroup::replicas)
            .orElse(pool.min());
    return new GroupStep.Run(key, pool.within(replicas));
  }

  private GroupStep leftOver(PodGroup group, String serving) {
    String revision = group.key().revision();
    boolean poolAsked =
        ask.pools().stream().anyMatch(pool -> pool.name().equals(group.key().pool()));
    if (revision.equals(serving) && poolAsked) {
      return new GroupStep.Keep(group.key(), group.replicas());
    }
    if (!poolAsked) {
      return retire(group, DrainReason.POOL_REMOVED);
    }
    return retire(
        group,
        serving.equals(ask.revision())
            ? DrainReason.REVISION_REPLACED
            : DrainReason.REVISION_SUPERSEDED);
  }

  private GroupStep retire(PodGroup group, DrainReason reason) {
    List<PodNode> nodes = seen.nodesOf(group.key());
    if (nodes.isEmpty()) {
      return new GroupStep.Remove(group.key(), RemoveReason.NO_PODS, 0, 0);
    }
    Instant since = group.drainingSince() == null ? now : group.drainingSince();
    Duration waited = Duration.between(since, now);
    int running = 0;
    int unknown = 0;
    for (PodNode node : nodes) {
      Integer count =
          node.addressed() ? seen.runningWhileDraining().get(node.name()) : Integer.valueOf(0);
      if (count == null) {
        unknown++;
      } else {
        running += count;
      }
    }
    if (running == 0 && unknown == 0) {
      return new GroupStep.Remove(group.key(), RemoveReason.DRAINED, 0, waited.toSeconds());
    }
    if (waited.compareTo(ask.drainBound()) >= 0) {
      return new GroupStep.Remove(
          group.key(), RemoveReason.BOUND_REACHED, running, waited.toSeconds());
    }
    return new GroupStep.Drain(group.key(), reason, since, running, unknown);
  }

  private Optional<PodGroup> group(Key key) {
    return seen.groups().stream().filter(group -> group.key().equals(key)).findFirst();
  }
}

package dev.kintsugi.core.service;

import dev.kintsugi.core.service.GroupStep.DrainReason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The pods and weights of a rollout: one slot is swapped at a time, a ready node goes only when
 * another has taken its place, and its last ready slot is never taken from stable before the bake
 * is over.
 */
final class RolloutPlanner {

  private final RolloutState state;
  private final ServiceAsk ask;
  private final ServiceObservation seen;
  private final boolean heard;
  private final RolloutSlots slots;
  private final Retirement retirement;
  private final Instant now;
  private final List<GroupStep> steps = new ArrayList<>();
  private final List<NodeDrain> drains = new ArrayList<>();
  private final Set<PodGroup.Key> planned = new HashSet<>();
  private int room;
  private int spare;
  private int stableLeft;

  private RolloutPlanner(
      RolloutState state, ServiceAsk ask, ServiceObservation seen, boolean heard, Instant now) {
    this.state = state;
    this.ask = ask;
    this.seen = seen;
    this.heard = heard;
    this.now = now;
    this.slots = RolloutSlots.of(state, ask, seen);
    this.retirement = new Retirement(seen, ask.drainBound(), now);
    this.room = Math.max(0, slots.limit() - RolloutSlots.present(seen));
    this.stableLeft = slots.stableReady();
    this.spare = Math.max(0, slots.canaryReady() + slots.stableReady() - slots.floor());
  }

  /**
   * @param heard the control plane takes what it is told: only then a node may begin to drain
   */
  static ServicePlan plan(
      RolloutState state, ServiceAsk ask, ServiceObservation seen, boolean heard, Instant now) {
    return new RolloutPlanner(state, ask, seen, heard, now).plan();
  }

  private ServicePlan plan() {
    boolean back = state.phase() == RolloutPhase.ROLLING_BACK;
    boolean stranded = back && slots.stableReady() == 0 && slots.canaryReady() > 0;
    if (state.bakedAt() != null) {
      retire(state.stable(), DrainReason.REVISION_REPLACED);
    } else {
      run(state.stable(), slots.stable(), Integer.MAX_VALUE);
    }
    if (stranded) {
      keep(state.canary());
    } else if (back) {
      retire(state.canary(), DrainReason.REVISION_ROLLED_BACK);
    } else {
      run(state.canary(), slots.canary(), growth());
    }
    for (PodGroup group : seen.groups()) {
      if (planned.add(group.key())) {
        boolean ours =
            group.key().revision().equals(state.stable())
                || group.key().revision().equals(state.canary());
        steps.add(
            retirement.retire(
                group, ours ? DrainReason.POOL_REMOVED : DrainReason.REVISION_SUPERSEDED));
      }
    }
    return result(back, stranded);
  }

  private ServicePlan result(boolean back, boolean stranded) {
    int weight = stranded ? 100 : back ? 0 : state.weight();
    return new ServicePlan(
        weight > 50 ? state.canary() : state.stable(),
        Map.of(state.stable(), 100 - weight, state.canary(), weight),
        steps,
        drains,
        slots.wanted());
  }

  /** Loads are started one at a time, unless everything is to come up at once. */
  private int growth() {
    int starting =
        seen.groups().stream()
            .filter(group -> group.key().revision().equals(state.canary()))
            .mapToInt(group -> Math.max(0, group.replicas() - (int) seen.ready(group.key())))
            .sum();
    return Math.max(0, Math.max(1, slots.surge()) - starting);
  }

  private void run(String revision, Map<String, Integer> targets, int growth) {
    int left = growth;
    for (var target : targets.entrySet()) {
      var key = new PodGroup.Key(revision, target.getKey());
      Optional<PodGroup> group = group(key);
      int replicas = group.map(PodGroup::replicas).orElse(0);
      if (replicas < target.getValue()) {
        int more = Math.min(Math.min(target.getValue() - replicas, room), left);
        room -= more;
        left -= more;
        replicas += more;
        if (group.isPresent() || more > 0) {
          add(new GroupStep.Run(key, replicas));
        }
      } else if (group.isPresent()) {
        add(new GroupStep.Run(key, shrunk(group.get(), target.getValue())));
      }
    }
  }

  private void keep(String revision) {
    seen.groups().stream()
        .filter(group -> group.key().revision().equals(revision))
        .forEach(group -> add(new GroupStep.Keep(group.key(), group.replicas())));
  }

  private void retire(String revision, DrainReason reason) {
    seen.groups().stream()
        .filter(group -> group.key().revision().equals(revision))
        .forEach(group -> add(retirement.retire(group, reason)));
  }

  private void add(GroupStep step) {
    planned.add(step.key());
    steps.add(step);
  }

  /** Replicas for now: those that are to go are drained first, one by one. */
  private int shrunk(PodGroup group, int target) {
    List<PodNode> live =
        seen.nodesOf(group.key()).stream().filter(node -> !node.stopping()).toList();
    int unborn = Math.max(0, group.replicas() - live.size());
    int size = Math.max(group.replicas(), live.size());
    int excess = size - target;
    int dropped = Math.min(excess, unborn);
    List<PodNode> going = victims(live, excess - dropped);
    going.forEach(
        node ->
            drains.add(
                new NodeDrain(
                    node.name(),
                    group.key(),
                    node.drainingSince() == null ? now : node.drainingSince())));
    int gone = going.stream().allMatch(this::mayGo) ? going.size() : 0;
    return Math.min(group.replicas(), size - dropped - gone);
  }

  /** Only a node that was marked in an earlier look is known to get nothing new. */
  private boolean mayGo(PodNode node) {
    return node.drainingSince() != null && retirement.mayGo(node);
  }

  private List<PodNode> victims(List<PodNode> live, int count) {
    List<PodNode> chosen = new ArrayList<>();
    live.stream()
        .sorted(
            Comparator.comparing((PodNode node) -> node.drainingSince() == null && !node.leaving())
                .thenComparing(PodNode::takesJobs)
                .thenComparing(PodNode::name, Comparator.reverseOrder()))
        .forEach(
            node -> {
              if (chosen.size() < count && mayBeChosen(node)) {
                chosen.add(node);
              }
            });
    return chosen;
  }

  private boolean mayBeChosen(PodNode node) {
    if (node.drainingSince() != null || node.leaving()) {
      return true;
    }
    if (!heard) {
      return false;
    }
    if (!node.takesJobs()) {
      return true;
    }
    boolean ofStable = node.group().revision().equals(state.stable());
    if (spare == 0 || (ofStable && stableLeft <= 1)) {
      return false;
    }
    spare--;
    stableLeft -= ofStable ? 1 : 0;
    return true;
  }

  private Optional<PodGroup> group(PodGroup.Key key) {
    return seen.groups().stream().filter(group -> group.key().equals(key)).findFirst();
  }
}

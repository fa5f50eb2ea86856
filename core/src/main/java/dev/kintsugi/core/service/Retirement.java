package dev.kintsugi.core.service;

import dev.kintsugi.core.service.GroupStep.DrainReason;
import dev.kintsugi.core.service.GroupStep.RemoveReason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes nodes out of service: by jobs, within a bound. */
record Retirement(ServiceObservation seen, Duration bound, Instant now) {

  /** The next step of a group that must go. */
  GroupStep retire(PodGroup group, DrainReason reason) {
    List<PodNode> nodes = seen.nodesOf(group.key());
    if (nodes.isEmpty()) {
      return new GroupStep.Remove(group.key(), RemoveReason.NO_PODS, 0, 0);
    }
    Instant since = group.drainingSince() == null ? now : group.drainingSince();
    Duration waited = Duration.between(since, now);
    int running = 0;
    int unknown = 0;
    for (PodNode node : nodes) {
      Integer count = running(node);
      if (count == null) {
        unknown++;
      } else {
        running += count;
      }
    }
    if (running == 0 && unknown == 0) {
      return new GroupStep.Remove(group.key(), RemoveReason.DRAINED, 0, waited.toSeconds());
    }
    if (waited.compareTo(bound) >= 0) {
      return new GroupStep.Remove(
          group.key(), RemoveReason.BOUND_REACHED, running, waited.toSeconds());
    }
    return new GroupStep.Drain(group.key(), reason, since, running, unknown);
  }

  /** Nothing runs on it any more, or it had its time. */
  boolean mayGo(PodNode node) {
    Integer running = running(node);
    if (running != null && running == 0) {
      return true;
    }
    Instant since = node.drainingSince();
    return since != null && Duration.between(since, now).compareTo(bound) >= 0;
  }

  private @Nullable Integer running(PodNode node) {
    return node.addressed() ? seen.runningWhileDraining().get(node.name()) : Integer.valueOf(0);
  }
}

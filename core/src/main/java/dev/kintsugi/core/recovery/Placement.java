package dev.kintsugi.core.recovery;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which nodes shall leave the next attempt to others, and for how long. A preference only: when its
 * time is over any node may take the job, so the only node there is never blocks it.
 *
 * @param forever the avoided nodes cannot do it at all
 */
record Placement(Set<String> avoid, Duration patience, boolean forever) {

  private static final Placement ANYWHERE = new Placement(Set.of(), Duration.ZERO, false);

  static Placement of(Plan plan, Situation in, RecoveryPolicy policy) {
    Tried last = in.last();
    if (plan.lite()) {
      return new Placement(
          in.nodes().stream()
              .filter(node -> node.lite() == null)
              .map(NodeFacts::id)
              .collect(Collectors.toSet()),
          Duration.ZERO,
          true);
    }
    if (last == null) {
      return ANYWHERE;
    }
    if (plan.rung() == Rung.NEW_SEED) {
      Set<String> others = usable(in.nodes());
      return others.remove(last.node())
          ? new Placement(others, policy.sameNodePatience(), false)
          : ANYWHERE;
    }
    boolean nodeToBlame = in.blame() == Attribution.NODE || in.blame() == Attribution.GPU;
    if (plan.rung() != Rung.OTHER_NODE && !nodeToBlame) {
      return ANYWHERE;
    }
    return away(last, in, policy);
  }

  /** Where the job failed already, as long as some other node could take it. */
  private static Placement away(Tried last, Situation in, RecoveryPolicy policy) {
    Set<String> failed =
        in.tried().stream()
            .filter(tried -> tried == last || !tried.cause().machine())
            .map(Tried::node)
            .collect(Collectors.toSet());
    Set<String> others = usable(in.nodes());
    others.removeAll(failed);
    if (others.isEmpty()) {
      failed = Set.of(last.node());
      others = usable(in.nodes());
      others.removeAll(failed);
    }
    if (others.isEmpty()) {
      return ANYWHERE;
    }
    // A process that comes back is as good as new; a sick device or bad files stay.
    boolean transientLoss = last.cause() == Cause.NODE_LOST || last.cause() == Cause.CANCELLED;
    return new Placement(
        failed, transientLoss ? policy.sameNodePatience() : policy.otherNodePatience(), false);
  }

  private static Set<String> usable(List<NodeFacts> nodes) {
    return nodes.stream()
        .filter(NodeFacts::usable)
        .map(NodeFacts::id)
        .collect(Collectors.toCollection(HashSet::new));
  }
}

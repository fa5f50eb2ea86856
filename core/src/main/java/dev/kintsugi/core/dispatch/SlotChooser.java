package dev.kintsugi.core.dispatch;

import dev.kintsugi.core.dispatch.SlotChoice.Hold;
import dev.kintsugi.core.dispatch.SlotChoice.Reason;
import dev.kintsugi.core.dispatch.SlotChoice.Take;
import java.util.Comparator;
import java.util.List;

/**
 * Slot-aware weighted choice between the revisions of one service.
 *
 * <p>Weights are renormalised over the revisions that have a usable node, so a dead revision never
 * holds up the queue. The revision with the largest weight (the main one) takes any slot that is
 * free; every other revision may claim only while its claims stay at or under its share of all
 * claims. So a canary can fall behind its weight when its slots are few, and the main revision
 * carries the rest, but a canary never gets more than its weight because the main one is busy.
 */
public final class SlotChooser {

  private SlotChooser() {}

  /** Chooses the node that the service's next job should run on. */
  public static SlotChoice choose(List<NodeSlots> nodes, List<RevisionShare> revisions) {
    List<Candidate> able =
        revisions.stream()
            .filter(revision -> revision.weight() > 0)
            .map(revision -> Candidate.of(revision, nodes))
            .filter(candidate -> !candidate.nodes().isEmpty())
            .toList();
    if (able.isEmpty()) {
      return new Hold(Reason.NO_USABLE_NODE, 0);
    }
    int freeSlots = able.stream().mapToInt(Candidate::free).sum();
    if (freeSlots == 0) {
      return new Hold(Reason.ALL_BUSY, 0);
    }
    Shares shares = Shares.of(able.stream().map(Candidate::revision).toList());
    return able.stream()
        .filter(candidate -> candidate.free() > 0 && shares.mayClaim(candidate.revision()))
        .max(
            Comparator.<Candidate>comparingDouble(c -> shares.deficit(c.revision()))
                .thenComparing(c -> c.revision().weight()))
        .<SlotChoice>map(candidate -> candidate.take(shares))
        .orElseGet(() -> new Hold(Reason.SHARE_SPENT, freeSlots));
  }

  private record Candidate(RevisionShare revision, List<NodeSlots> nodes) {

    static Candidate of(RevisionShare revision, List<NodeSlots> nodes) {
      return new Candidate(
          revision,
          nodes.stream()
              .filter(node -> node.usable() && node.revision().equals(revision.name()))
              .toList());
    }

    int free() {
      return nodes.stream().mapToInt(NodeSlots::free).sum();
    }

    Take take(Shares shares) {
      // The emptiest node first: slots that share a device are fastest while the others are idle.
      NodeSlots node =
          nodes.stream()
              .filter(n -> n.free() > 0)
              .min(
                  Comparator.comparingDouble((NodeSlots n) -> n.busy() / (double) n.slots())
                      .thenComparing(NodeSlots::nodeId))
              .orElseThrow();
      double share = shares.after(revision);
      double weight = shares.weight(revision);
      Reason reason = share <= weight ? Reason.BEHIND_ITS_SHARE : Reason.MAIN_REVISION;
      return new Take(node.nodeId(), revision.name(), reason, share, weight);
    }
  }

  private record Shares(int mainWeight, int weights, long claims) {

    static Shares of(List<RevisionShare> able) {
      return new Shares(
          able.stream().mapToInt(RevisionShare::weight).max().orElseThrow(),
          able.stream().mapToInt(RevisionShare::weight).sum(),
          able.stream().mapToLong(RevisionShare::claimed).sum());
    }

    double weight(RevisionShare revision) {
      return revision.weight() / (double) weights;
    }

    double after(RevisionShare revision) {
      return (revision.claimed() + 1) / (double) (claims + 1);
    }

    double deficit(RevisionShare revision) {
      return weight(revision) * (claims + 1) - revision.claimed();
    }

    boolean mayClaim(RevisionShare revision) {
      return revision.weight() == mainWeight || after(revision) <= weight(revision);
    }
  }
}

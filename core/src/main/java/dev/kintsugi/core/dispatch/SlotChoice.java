package dev.kintsugi.core.dispatch;

/** Where the next job of a service goes. */
public sealed interface SlotChoice {

  /**
   * Claim for this node.
   *
   * @param share part of the service's claims this revision has once it took one more, 0..1
   * @param weight part it is entitled to among the revisions that can work, 0..1
   */
  record Take(String nodeId, String revision, Reason reason, double share, double weight)
      implements SlotChoice {}

  /**
   * Claim nothing now.
   *
   * @param freeSlots slots that are free but may not be used
   */
  record Hold(Reason reason, int freeSlots) implements SlotChoice {}

  /** Why. */
  enum Reason {
    /** The revision has had less than its share, and less than the others. */
    BEHIND_ITS_SHARE,
    /** The main revision takes what the others may not or cannot. */
    MAIN_REVISION,
    /** No node of a revision with a weight can work. */
    NO_USABLE_NODE,
    /** Every slot that may be used works already. */
    ALL_BUSY,
    /** Only revisions that already had their share have a free slot. */
    SHARE_SPENT
  }
}

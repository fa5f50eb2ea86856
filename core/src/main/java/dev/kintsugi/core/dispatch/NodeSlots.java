package dev.kintsugi.core.dispatch;

/**
 * What a dispatcher believes of one node when it looks for work for it.
 *
 * @param revision model revision the node runs
 * @param usable reachable, warm, not draining, of the right digest
 * @param slots attempts it can run at once
 * @param busy attempts believed to run there
 */
public record NodeSlots(String nodeId, String revision, boolean usable, int slots, int busy) {

  /** Slots a new attempt could take; never negative. */
  public int free() {
    return usable ? Math.max(0, slots - busy) : 0;
  }
}

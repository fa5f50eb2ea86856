package dev.kintsugi.core.service;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One pod as Kubernetes sees it.
 *
 * @param ready the Ready condition is True; Unknown is not ready
 * @param stopping it was asked to stop
 * @param addressed it ever had an address: without one it never got a job
 * @param notReadySince since when it is not ready; null while it is
 * @param problem why it does not start, in the words of Kubernetes; null where none is known
 * @param restarts of its container
 * @param drainingSince when it alone was marked as draining; null while it is not
 * @param leaving it is marked as one that goes when it has no job any more
 * @param released it is marked as one that Kubernetes is to take before others
 */
public record PodNode(
    String name,
    PodGroup.Key group,
    boolean ready,
    boolean stopping,
    boolean addressed,
    @Nullable Instant notReadySince,
    @Nullable String problem,
    int restarts,
    @Nullable Instant drainingSince,
    boolean leaving,
    boolean released) {

  boolean takesJobs() {
    return ready && !stopping;
  }

  /** It takes jobs and is not about to go. */
  boolean stays() {
    return takesJobs() && drainingSince == null && !leaving;
  }
}

package dev.kintsugi.controlplane.queue;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A free slot asking for work.
 *
 * @param service {@code namespace/name}; only its jobs are considered
 * @param revision model revision the node serves, recorded with the attempt
 * @param nodeId {@code namespace/podName}, or the name from static configuration
 * @param spot the node is in a spot pool
 * @param slots attempts the node can run at once; never more are live on it
 * @param lease how long the attempt lives without a heartbeat
 * @param replica the control-plane replica that will run the attempt
 * @param notFailedOn a job that failed on one of these revisions is left to other slots
 * @param pool of the node; empty where it has none
 * @param usdPerHour price of the slot; null where it has none
 * @param audience whose jobs it takes; null means everybody's
 */
public record ClaimRequest(
    String service,
    String revision,
    String nodeId,
    boolean spot,
    int slots,
    Duration lease,
    String replica,
    Set<String> notFailedOn,
    String pool,
    @Nullable Double usdPerHour,
    @Nullable Audience audience) {

  public ClaimRequest {
    notFailedOn = Set.copyOf(notFailedOn);
  }

  /** A slot of no pool and no price that takes any job. */
  public ClaimRequest(
      String service,
      String revision,
      String nodeId,
      boolean spot,
      int slots,
      Duration lease,
      String replica) {
    this(service, revision, nodeId, spot, slots, lease, replica, Set.of(), "", null, null);
  }
}

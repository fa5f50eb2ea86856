package dev.kintsugi.controlplane.queue;

import java.time.Duration;
import java.util.Set;

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
 */
public record ClaimRequest(
    String service,
    String revision,
    String nodeId,
    boolean spot,
    int slots,
    Duration lease,
    String replica,
    Set<String> notFailedOn) {

  public ClaimRequest {
    notFailedOn = Set.copyOf(notFailedOn);
  }

  /** A slot that takes any job. */
  public ClaimRequest(
      String service,
      String revision,
      String nodeId,
      boolean spot,
      int slots,
      Duration lease,
      String replica) {
    this(service, revision, nodeId, spot, slots, lease, replica, Set.of());
  }
}

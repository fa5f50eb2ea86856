package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.core.dispatch.AttemptWatch;
import dev.kintsugi.core.dispatch.NodeHealth;
import dev.kintsugi.core.recovery.RecoveryPolicy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Times and bounds of dispatching.
 *
 * @param replica name of this replica, kept with every attempt
 * @param lease of an attempt; renewed with each step and at least three times within it
 * @param retention how long the files of a completed job are kept
 * @param usdPerHour price of a slot whose service names none; null for none
 */
record DispatchPolicy(
    String replica,
    Duration lease,
    Duration retention,
    Times times,
    NodeHealth.Policy health,
    AttemptWatch.Policy watch,
    RecoveryPolicy recovery,
    @Nullable Double usdPerHour) {

  /**
   * @param poll how often the queue is looked at when nobody rings
   * @param nodePoll how often each node is asked for its status
   * @param nodeAnswer how long a node may take to answer that
   * @param orphanGrace how long an attempt the queue does not know may run on a node
   * @param slotPatience how long to ask again at a node that has no free slot after all
   * @param storePatience how long to try to store the files of a finished attempt
   */
  record Times(
      Duration poll,
      Duration nodePoll,
      Duration nodeAnswer,
      Duration orphanGrace,
      Duration slotPatience,
      Duration storePatience) {

    /** A node's last word on what it runs may be so old. */
    Duration statusAge() {
      return nodePoll.plus(nodeAnswer);
    }
  }

  /** Heartbeats at least this often. */
  Duration beat() {
    return lease.dividedBy(3);
  }
}

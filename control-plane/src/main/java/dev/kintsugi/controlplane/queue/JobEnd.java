package dev.kintsugi.controlplane.queue;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An ended job as the ledger keeps it, after the job itself may be gone.
 *
 * @param revision of its last attempt; empty when it ended while it waited
 * @param pool of its last attempt; empty likewise, or where nodes have none
 * @param degraded answered with less than what was asked
 * @param ladderStep wire name of the step it was answered on; null when as asked, or not answered
 * @param createdAt when it was submitted, or released by a reviewer; one that ended in review is
 *     not here
 * @param pixels asked for: width times height times frames
 * @param gpuSeconds its attempts held a slot
 * @param deliveredSeconds of the attempt whose video was delivered; the rest is wasted
 * @param costUsd of all attempts; null where no price was known
 * @param deliveredUsd of the attempt whose video was delivered; null likewise
 */
public record JobEnd(
    String service,
    String tenant,
    String revision,
    String pool,
    Outcome outcome,
    boolean degraded,
    @Nullable String ladderStep,
    double pixels,
    Instant createdAt,
    Instant endedAt,
    double gpuSeconds,
    double deliveredSeconds,
    @Nullable Double costUsd,
    @Nullable Double deliveredUsd) {

  /** How it ended. */
  public enum Outcome {
    ANSWERED,
    FAILED,
    CANCELLED
  }
}

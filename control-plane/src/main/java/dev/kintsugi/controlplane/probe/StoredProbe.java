package dev.kintsugi.controlplane.probe;

import dev.kintsugi.core.probe.ProbeHistory;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a node's probes.
 *
 * @param attemptId probe under way, or begun by a replica that is gone; null for none
 * @param heldUntil no other probe begins before; null for none under way
 * @param endedAt end of the last probe; null before the first
 * @param outcome of the last probe; null before the first
 * @param message why the last failed probe failed; null when nothing failed since the last success
 */
record StoredProbe(
    String nodeId,
    String service,
    ProbeHistory history,
    @Nullable String attemptId,
    @Nullable Instant heldUntil,
    @Nullable Instant endedAt,
    ProbeResult.@Nullable Outcome outcome,
    @Nullable String message) {

  /** Its last proof, a probe or a customer's job, was good. */
  boolean passed() {
    return history.failures() == 0
        && (outcome == ProbeResult.Outcome.PASSED || history.provenAt() != null);
  }

  boolean held(Instant now) {
    return heldUntil != null && heldUntil.isAfter(now);
  }
}

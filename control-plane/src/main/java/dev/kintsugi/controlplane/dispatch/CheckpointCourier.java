package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.controlplane.artifacts.ArtifactStore;
import dev.kintsugi.controlplane.artifacts.StoredFile;
import dev.kintsugi.controlplane.queue.Claim;
import dev.kintsugi.controlplane.queue.SavedCheckpoint;
import dev.kintsugi.controlplane.recovery.RecoveryMetrics;
import dev.kintsugi.core.recovery.Plan;
import dev.kintsugi.protocol.node.AttemptStatus;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings checkpoints from the node that made them to the artefact store, and on to the next node.
 */
@Singleton
class CheckpointCourier {

  private static final Logger LOG = LoggerFactory.getLogger(CheckpointCourier.class);

  private final NodeClient nodes;
  private final ArtifactStore store;
  private final PatientQueue queue;
  private final RecoveryMetrics metrics;
  private final Clock clock;

  CheckpointCourier(
      NodeClient nodes,
      ArtifactStore store,
      PatientQueue queue,
      RecoveryMetrics metrics,
      Clock clock) {
    this.nodes = nodes;
    this.store = store;
    this.queue = queue;
    this.metrics = metrics;
    this.clock = clock;
  }

  /**
   * Keeps the newest checkpoint of a running attempt. Best effort: without it the next attempt
   * begins anew, which costs time and no job.
   *
   * @param digest of the weights that made it
   */
  void fetch(Claim claim, String address, AttemptStatus.Checkpoint checkpoint, String digest)
      throws InterruptedException {
    try (InputStream in = nodes.checkpoint(address, claim.attemptId())) {
      store.write(in, checkpoint.sha256(), checkpoint.bytes());
      boolean kept =
          queue
              .ask(
                  q ->
                      q.checkpoint(
                          claim.attemptId(),
                          claim.fence(),
                          new SavedCheckpoint(
                              checkpoint.step(),
                              checkpoint.bytes(),
                              checkpoint.sha256(),
                              digest,
                              null),
                          clock.instant()))
              .orElse(false);
      if (kept) {
        metrics.checkpoint("kept");
      }
    } catch (IOException | NodeException e) {
      // A newer one may have replaced it on the node meanwhile.
      LOG.debug(
          "Checkpoint {} of {} is not kept: {}",
          checkpoint.step(),
          claim.attemptId(),
          e.getMessage());
    }
  }

  /** Hands a checkpoint to a node; what went wrong, if anything did. */
  Optional<String> hand(String address, Plan.Checkpoint checkpoint) throws InterruptedException {
    try {
      Optional<StoredFile> file = store.find(checkpoint.sha256());
      if (file.isEmpty()) {
        return Optional.of("it is not kept any more");
      }
      nodes.putCheckpoint(address, checkpoint.sha256(), file.get());
      return Optional.empty();
    } catch (IOException | NodeException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** The node goes on from it. */
  void resumed() {
    metrics.checkpoint("resumed");
  }

  /** The node begins anew. */
  void refused() {
    metrics.checkpoint("refused");
  }
}

package dev.kintsugi.controlplane.artifacts;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.protocol.node.AttemptStatus;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes files that no job keeps: their videos expired or were deleted. Any replica may run it at
 * any time.
 */
@Singleton
public final class ArtifactPruner {

  private static final Logger LOG = LoggerFactory.getLogger(ArtifactPruner.class);
  private static final int BATCH = 500;

  private final ArtifactStore store;
  private final JobQueue queue;
  private final ArtifactSettings settings;
  private final Clock clock;

  ArtifactPruner(ArtifactStore store, JobQueue queue, ArtifactSettings settings, Clock clock) {
    this.store = store;
    this.queue = queue;
    this.settings = settings;
    this.clock = clock;
  }

  /** Searches the store. */
  @Scheduled(
      initialDelay = "${kintsugi.artifacts.prune-interval:1m}",
      fixedDelay = "${kintsugi.artifacts.prune-interval:1m}")
  void prune() {
    Instant before = clock.instant().minus(settings.grace());
    try {
      queue.forgetReusable(clock.instant(), BATCH);
      store.sweepIncoming(before);
      List<String> candidates = store.storedBefore(before);
      for (int from = 0; from < candidates.size(); from += BATCH) {
        removeUnused(candidates.subList(from, Math.min(candidates.size(), from + BATCH)));
      }
    } catch (IOException | DatabaseUnavailableException later) {
      LOG.warn("Pruning stopped and will be tried again: {}", later.getMessage());
    }
  }

  /**
   * Removes the files of a job that was just deleted, unless another job keeps them. What someone
   * stored again after this job ended may belong to a job that is about to complete: the regular
   * search decides over it.
   */
  public void release(Job deleted) {
    if (deleted.result() == null || deleted.completedAt() == null) {
      return;
    }
    try {
      for (AttemptStatus.Artifact file : deleted.result().artifacts()) {
        boolean untouched =
            store
                .storedAt(file.sha256())
                .filter(stored -> !stored.isAfter(deleted.completedAt()))
                .isPresent();
        if (untouched) {
          removeUnused(List.of(file.sha256()));
        }
      }
    } catch (IOException | DatabaseUnavailableException later) {
      LOG.warn("Files of {} will be pruned later: {}", deleted.id(), later.getMessage());
    }
  }

  private void removeUnused(List<String> candidates) throws IOException {
    Set<String> used = queue.artifactsInUse(candidates, clock.instant());
    for (String sha256 : candidates) {
      if (!used.contains(sha256)) {
        remove(sha256);
      }
    }
  }

  /**
   * A job may complete with this content between the question and the removal; so the file is
   * hidden first and asked for once more. A writer that comes after the hiding writes it anew.
   */
  private void remove(String sha256) throws IOException {
    if (!store.hide(sha256)) {
      return;
    }
    if (queue.artifactsInUse(List.of(sha256), clock.instant()).isEmpty()) {
      store.discard(sha256);
      LOG.debug("Removed {}", sha256);
    } else {
      store.restore(sha256);
    }
  }
}

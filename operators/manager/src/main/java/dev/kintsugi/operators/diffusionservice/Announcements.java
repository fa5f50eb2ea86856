package dev.kintsugi.operators.diffusionservice;

import dev.kintsugi.core.service.GroupStep.Drain;
import dev.kintsugi.core.service.GroupStep.Remove;
import dev.kintsugi.core.service.GroupStep.RemoveReason;
import dev.kintsugi.core.service.GroupStep.Run;
import dev.kintsugi.operators.kube.Cluster.Announcement;
import java.util.stream.Collectors;

/** Steps as events, derived from their reasons. */
final class Announcements {

  private Announcements() {}

  static Announcement of(Drain drain) {
    return new Announcement(
        false,
        switch (drain.reason()) {
          case REVISION_REPLACED -> "RevisionReplaced";
          case REVISION_SUPERSEDED -> "RevisionSuperseded";
          case REVISION_ROLLED_BACK -> "RevisionRolledBack";
          case POOL_REMOVED -> "PoolRemoved";
          case SERVICE_DELETED -> "ServiceDeleted";
        },
        "Drain",
        "Draining the pods of revision %s in pool %s."
            .formatted(drain.key().revision(), drain.key().pool()));
  }

  static Announcement of(Run run) {
    return new Announcement(
        false,
        "ScalingDown",
        "Scale",
        "Revision %s in pool %s is to have %d pods; these leave once they have no job: %s."
            .formatted(
                run.key().revision(),
                run.key().pool(),
                run.replicas(),
                run.leaving().stream().sorted().collect(Collectors.joining(", "))));
  }

  static Announcement of(Remove remove) {
    boolean late = remove.reason() == RemoveReason.BOUND_REACHED;
    String how =
        switch (remove.reason()) {
          case NO_PODS -> "it has no pods";
          case DRAINED -> "drained in %d s".formatted(remove.waitedSeconds());
          case BOUND_REACHED ->
              "%d jobs were still running after %d s and are handed back"
                  .formatted(remove.running(), remove.waitedSeconds());
        };
    return new Announcement(
        late,
        late ? "DrainBoundReached" : "Drained",
        "Remove",
        "Removing the pods of revision %s in pool %s: %s."
            .formatted(remove.key().revision(), remove.key().pool(), how));
  }
}

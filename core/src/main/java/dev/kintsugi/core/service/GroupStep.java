package dev.kintsugi.core.service;

import java.time.Instant;
import java.util.Set;

/** What is to be done with one group of pods now. */
public sealed interface GroupStep {

  PodGroup.Key key();

  /** Its nodes get no new job. */
  default boolean draining() {
    return this instanceof Drain || this instanceof Remove;
  }

  /**
   * Make it so: the group of the asked revision.
   *
   * @param replicas pods it is to have
   * @param waiting pods it has beyond them until their jobs have ended
   * @param leaving names of the pods that go; they get no new job
   * @param released those of them that have no job any more: Kubernetes is to take these
   */
  record Run(PodGroup.Key key, int replicas, int waiting, Set<String> leaving, Set<String> released)
      implements GroupStep {

    public Run {
      leaving = Set.copyOf(leaving);
      released = Set.copyOf(released);
    }

    Run(PodGroup.Key key, int replicas) {
      this(key, replicas, 0, Set.of(), Set.of());
    }

    /** Pods that may not be stopped now. */
    public int size() {
      return replicas + waiting;
    }
  }

  /** Leave it as it is: it serves until its successor is up, or the spec is not acceptable. */
  record Keep(PodGroup.Key key, int replicas) implements GroupStep {}

  /**
   * Wait for its jobs.
   *
   * @param running attempts the control plane counts on its nodes
   * @param unknown nodes that the control plane has not confirmed as draining yet
   */
  record Drain(PodGroup.Key key, DrainReason reason, Instant since, int running, int unknown)
      implements GroupStep {}

  /**
   * Delete it.
   *
   * @param running attempts that are handed back: above 0 only with {@link
   *     RemoveReason#BOUND_REACHED}
   */
  record Remove(PodGroup.Key key, RemoveReason reason, int running, long waitedSeconds)
      implements GroupStep {}

  /** Why a group must go. */
  enum DrainReason {
    REVISION_REPLACED,
    REVISION_SUPERSEDED,
    REVISION_ROLLED_BACK,
    POOL_REMOVED,
    SERVICE_DELETED
  }

  /** Why it may go now. */
  enum RemoveReason {
    NO_PODS,
    DRAINED,
    BOUND_REACHED
  }
}

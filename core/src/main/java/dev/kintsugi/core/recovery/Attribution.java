package dev.kintsugi.core.recovery;

import java.util.List;

/** Who is to blame for a failed attempt. Only {@link #MODEL_VERSION} counts against a canary. */
public enum Attribution {
  GPU,
  NODE,
  INPUT,
  MODEL_VERSION;

  /** Distinct jobs that must fail on a node, or on a revision, before it is to blame for them. */
  static final int SUSPICIOUS_JOBS = 3;

  /**
   * Different inputs that must fail on a revision before what fails there everywhere is no longer
   * blamed on its input.
   */
  static final int MANY_INPUTS = 10;

  /** Failed inputs to one job that succeeded. */
  private static final int NEARLY_ALL = 9;

  /** What the blame rests on. */
  public enum Reason {
    /** The class of the failure says it. */
    CLASS,
    /** The same input failed on several nodes with several seeds, and others did not. */
    FAILS_EVERYWHERE,
    /** Several inputs failed in a row on this node while the revision's other nodes did well. */
    NODE_FAILS_ALONE,
    /** Several inputs fail on several nodes of the revision. */
    REVISION_FAILS
  }

  /**
   * The blame and the numbers behind it.
   *
   * @param nodes on which this input failed by a fault of its own
   * @param seeds with which it did
   * @param jobsOnNode distinct jobs that failed on the node since its last success
   * @param jobsOnRevision distinct jobs that failed lately on the revision
   */
  public record Verdict(
      Attribution attribution,
      Reason reason,
      int nodes,
      int seeds,
      int jobsOnNode,
      int jobsOnRevision) {}

  /**
   * What other jobs met lately where the attempt failed, the failed job included.
   *
   * @param jobsFailedOnNode distinct jobs that failed on the node since its last success
   * @param jobsFailedOnRevision distinct jobs that failed on any node of the revision lately
   * @param inputsFailedOnRevision what these asked for, each counted once
   * @param nodesFailing nodes of the revision that are among them
   * @param succeededElsewhere jobs that other nodes of the revision completed lately
   * @param succeededOnRevision jobs that any node of the revision completed lately
   */
  public record Surroundings(
      int jobsFailedOnNode,
      int jobsFailedOnRevision,
      int inputsFailedOnRevision,
      int nodesFailing,
      int succeededElsewhere,
      int succeededOnRevision) {

    public static final Surroundings UNKNOWN = new Surroundings(0, 0, 0, 0, 0);

    /** Where each job asked for something of its own. */
    public Surroundings(
        int jobsFailedOnNode,
        int jobsFailedOnRevision,
        int nodesFailing,
        int succeededElsewhere,
        int succeededOnRevision) {
      this(
          jobsFailedOnNode,
          jobsFailedOnRevision,
          jobsFailedOnRevision,
          nodesFailing,
          succeededElsewhere,
          succeededOnRevision);
    }
  }

  /**
   * Blames for the newest of a job's failed attempts.
   *
   * @param tried every failed attempt of the job, oldest first; not empty
   */
  public static Verdict decide(List<Tried> tried, Surroundings around) {
    Cause cause = tried.getLast().cause();
    List<Tried> own = tried.stream().filter(t -> t.cause().ofContent() || ofSize(t)).toList();
    int nodes = (int) own.stream().map(Tried::node).distinct().count();
    int seeds = (int) own.stream().map(t -> t.plan().seed()).distinct().count();
    boolean judged = cause.ofContent() || cause == Cause.OOM;
    boolean everywhere = nodes >= 2 && (seeds >= 2 || cause == Cause.OOM);
    Reason reason = Reason.CLASS;
    Attribution blamed = byClass(cause, around);
    if (judged && everywhere && !nearlyAllFail(around)) {
      reason = Reason.FAILS_EVERYWHERE;
      blamed = INPUT;
    } else if (judged && nodeFailsAlone(around)) {
      reason = Reason.NODE_FAILS_ALONE;
      blamed = NODE;
    } else if (judged && revisionFails(around)) {
      reason = Reason.REVISION_FAILS;
      blamed = MODEL_VERSION;
    }
    return new Verdict(
        blamed, reason, nodes, seeds, around.jobsFailedOnNode(), around.jobsFailedOnRevision());
  }

  private static boolean ofSize(Tried tried) {
    return tried.cause() == Cause.OOM;
  }

  /** A first bad result speaks against the model: a canary must not be excused too early. */
  private static Attribution byClass(Cause cause, Surroundings around) {
    return switch (cause) {
      case GPU_FAULT, OOM -> GPU;
      case NAN_LATENTS, BLACK_FRAMES, FROZEN_FRAMES, FLICKER, QUALITY_LOW -> MODEL_VERSION;
      // A file that is bad on one node is that node's; on several it was delivered so.
      case MODEL_LOAD_FAILED, WEIGHTS_CORRUPT -> around.nodesFailing() >= 2 ? MODEL_VERSION : NODE;
      case TIMEOUT, STALLED, ENCODE_FAILED, UPLOAD_FAILED, NODE_LOST, CANCELLED, INTERNAL -> NODE;
    };
  }

  private static boolean nodeFailsAlone(Surroundings around) {
    return around.jobsFailedOnNode() >= SUSPICIOUS_JOBS
        && around.nodesFailing() <= 1
        && around.succeededElsewhere() > 0;
  }

  /** Where nothing goes well, that an input fails everywhere says nothing of the input. */
  private static boolean nearlyAllFail(Surroundings around) {
    return revisionFails(around)
        && around.inputsFailedOnRevision() >= MANY_INPUTS
        && around.inputsFailedOnRevision() > NEARLY_ALL * around.succeededOnRevision();
  }

  private static boolean revisionFails(Surroundings around) {
    return around.jobsFailedOnRevision() >= SUSPICIOUS_JOBS
        && around.nodesFailing() >= 2
        && around.jobsFailedOnRevision() > around.succeededOnRevision();
  }
}

package dev.kintsugi.core.rollout;

/** What one attempt says of the version that made it. */
public sealed interface Finding {

  Reason reason();

  /** Why. */
  enum Reason {
    MADE,
    /** The class of the failure says it. */
    OF_THE_VERSION,
    PAST_DEADLINE,
    LESS_THAN_ASKED,
    /** The machine stayed there, and other nodes of the version do not do better. */
    NODE_WAS_THERE,
    /** The process died again and again and came back each time. */
    CRASHES_AGAIN,
    /** The device faults on several nodes of the version. */
    SEVERAL_DEVICES,
    /** One of several nodes fails and the others do well. */
    ONE_NODE_ALONE,
    /** The node did not come back: it was taken away from outside. */
    NODE_GONE,
    /** The process died, once. */
    CRASHED_ONCE,
    /** Nodes of both versions went at the same time. */
    BOTH_VERSIONS,
    DEVICE_FAULT,
    /** The stable version could not do it either. */
    INPUT,
    /** It got the job when no time was left. */
    NO_TIME,
    /** An attempt of the other version had taken the time. */
    OTHER_VERSIONS_DELAY,
    CUSTOMER_CANCELLED
  }

  /** It counts for or against the version. */
  record Counts(Ending ending, Reason reason) implements Finding {}

  /** A fault of a GPU, a node or the input: another attempt may still count. */
  record Excused(Reason reason) implements Finding {}

  /** It says nothing. */
  record Silent(Reason reason) implements Finding {}
}

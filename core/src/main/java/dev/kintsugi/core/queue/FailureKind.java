package dev.kintsugi.core.queue;

/** What a failed attempt says about trying again. */
public enum FailureKind {
  /** The machine failed, not the job: lost node, drain, lost lease, fetch of the result. */
  INFRASTRUCTURE,
  /** The attempt failed while computing: out of memory, stall, NaN, encoder. */
  COMPUTE,
  /** The same request cannot succeed elsewhere: the model itself is missing or altered. */
  PERMANENT
}

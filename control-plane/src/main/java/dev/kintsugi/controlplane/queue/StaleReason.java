package dev.kintsugi.controlplane.queue;

/** Why a call was refused for its fencing number. */
public enum StaleReason {
  /** No such attempt. */
  UNKNOWN_ATTEMPT,
  /** Another replica adopted the attempt. */
  ADOPTED,
  /** The attempt ended: completed, failed, expired or cancelled. */
  ENDED,
  /** The lease was renewed since it was seen expired. */
  RENEWED
}

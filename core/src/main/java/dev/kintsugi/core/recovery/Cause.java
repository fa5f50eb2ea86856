package dev.kintsugi.core.recovery;

/** Why an attempt failed: the failure classes as recovery sees them, by the same names. */
public enum Cause {
  OOM,
  TIMEOUT,
  STALLED,
  NAN_LATENTS,
  BLACK_FRAMES,
  FROZEN_FRAMES,
  FLICKER,
  QUALITY_LOW,
  ENCODE_FAILED,
  UPLOAD_FAILED,
  MODEL_LOAD_FAILED,
  WEIGHTS_CORRUPT,
  GPU_FAULT,
  NODE_LOST,
  CANCELLED,
  INTERNAL;

  /**
   * The machine failed under the job, so the same plan is as good as before on another one. A
   * cancellation counts here when nobody asked for it: the node stopped the attempt on its own.
   */
  public boolean machine() {
    return switch (this) {
      case UPLOAD_FAILED, MODEL_LOAD_FAILED, WEIGHTS_CORRUPT, GPU_FAULT, NODE_LOST, CANCELLED ->
          true;
      default -> false;
    };
  }

  /** What was computed is wrong: another seed, expert or model may do better. */
  public boolean ofContent() {
    return switch (this) {
      case NAN_LATENTS, BLACK_FRAMES, FROZEN_FRAMES, FLICKER, QUALITY_LOW -> true;
      default -> false;
    };
  }

  /** The attempt took too long or stood still. */
  public boolean ofTime() {
    return this == TIMEOUT || this == STALLED;
  }
}

package dev.kintsugi.protocol.node;

/** Why an attempt ended without a video. The name is the wire form. */
public enum FailureClass {
  /** The allocator refused memory. */
  OOM,
  /** The attempt passed its time limit. */
  TIMEOUT,
  /** No step heartbeat within the stall bound. */
  STALLED,
  /** A latent is NaN or infinite. */
  NAN_LATENTS,
  BLACK_FRAMES,
  FROZEN_FRAMES,
  FLICKER,
  QUALITY_LOW,
  /** The frames exist but could not be encoded. */
  ENCODE_FAILED,
  /** The result could not be fetched or stored. */
  UPLOAD_FAILED,
  MODEL_LOAD_FAILED,
  /** A model file is missing, truncated or altered. */
  WEIGHTS_CORRUPT,
  /** The GPU reported an Xid. */
  GPU_FAULT,
  /** The node vanished, drained or lost its lease. */
  NODE_LOST,
  CANCELLED,
  /** Disk full and anything without a class of its own. */
  INTERNAL
}

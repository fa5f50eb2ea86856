package dev.kintsugi.controlplane.queue;

import java.time.Instant;

/** Answer to a heartbeat. */
public sealed interface Lease {

  /** The attempt is still the caller's until then. */
  record Extended(Instant until) implements Lease {}

  /** The attempt is not the caller's any more: stop it and forget it. */
  record Lost(StaleReason reason) implements Lease {}
}

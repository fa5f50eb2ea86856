package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.controlplane.queue.Result;
import dev.kintsugi.controlplane.queue.StaleReason;
import dev.kintsugi.protocol.node.FailureClass;

/** How this replica's part in an attempt ends. */
sealed interface AttemptEnding {

  record Done(Result result) implements AttemptEnding {}

  record Failed(FailureClass kind, String message) implements AttemptEnding {}

  /** The attempt is not ours any more. */
  record Lost(StaleReason reason) implements AttemptEnding {}

  /** Given up for another replica to adopt. */
  record HandedOver() implements AttemptEnding {}
}

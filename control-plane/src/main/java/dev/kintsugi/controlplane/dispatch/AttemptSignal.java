package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.controlplane.queue.Result;
import dev.kintsugi.protocol.node.AttemptStatus;
import dev.kintsugi.protocol.node.FailureClass;

/** What the helpers of one attempt tell the thread that owns its state. */
sealed interface AttemptSignal {

  /** The node's stream is open: it answers, even if it has nothing to say yet. */
  record Opened() implements AttemptSignal {}

  record Heard(AttemptStatus status) implements AttemptSignal {}

  /**
   * The node does not answer; someone keeps asking.
   *
   * @param refused nothing listens at its address
   */
  record Silent(boolean refused, String message) implements AttemptSignal {}

  /** The node will not run the attempt, or has no such attempt any more. */
  record Rejected(FailureClass kind, String message) implements AttemptSignal {}

  /**
   * The node begins anew instead of from the checkpoint.
   *
   * @param why one sentence
   */
  record Anew(String why) implements AttemptSignal {}

  /** The node goes on from the checkpoint. */
  record Resumed() implements AttemptSignal {}

  /** Every file is in the artefact store. */
  record Stored(Result result) implements AttemptSignal {}

  /** The files could not be fetched whole. */
  record NotStored(String message) implements AttemptSignal {}

  /** This replica stops: let another one go on. */
  record HandOver() implements AttemptSignal {}
}

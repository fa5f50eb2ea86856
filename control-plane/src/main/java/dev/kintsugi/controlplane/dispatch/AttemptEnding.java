package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.controlplane.queue.Result;
import dev.kintsugi.controlplane.queue.StaleReason;
import dev.kintsugi.protocol.node.FailureClass;
import dev.kintsugi.protocol.node.FailureContext;
import org.jspecify.annotations.Nullable;

/** How this replica's part in an attempt ends. */
sealed interface AttemptEnding {

  /**
   * @param mended a failure that the node got over by itself
   */
  record Done(Result result, @Nullable Failed mended) implements AttemptEnding {}

  /**
   * @param expert that worked last
   * @param step denoise steps done
   * @param context what the node told of it
   */
  record Failed(
      FailureClass kind,
      String message,
      @Nullable String expert,
      int step,
      @Nullable FailureContext context)
      implements AttemptEnding {

    /** Before it did anything, as far as is known. */
    Failed(FailureClass kind, String message) {
      this(kind, message, null, 0, null);
    }
  }

  /** The attempt is not ours any more. */
  record Lost(StaleReason reason) implements AttemptEnding {}

  /** Given up for another replica to adopt. */
  record HandedOver() implements AttemptEnding {}
}

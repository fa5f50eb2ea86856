package dev.kintsugi.controlplane.probe;

import dev.kintsugi.protocol.node.FailureClass;
import dev.kintsugi.protocol.node.FailureContext;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How a probe ended.
 *
 * @param failure why it failed; null unless it did
 * @param message one sentence for people
 * @param context where the attempt was; null where the node did not say
 * @param slotFree the node has confirmed that the probe's slot is free
 */
public record ProbeResult(
    Outcome outcome,
    @Nullable FailureClass failure,
    String message,
    @Nullable FailureContext context,
    boolean slotFree) {

  /** What it says of the node. */
  public enum Outcome {
    PASSED,
    FAILED,
    /** Nothing: it gave way to a customer's job, or the node was leaving. */
    YIELDED;

    /** The lower-case name that is stored and shown. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public static ProbeResult passed() {
    return new ProbeResult(Outcome.PASSED, null, "passed", null, true);
  }

  public static ProbeResult yielded(String why) {
    return new ProbeResult(Outcome.YIELDED, null, why, null, true);
  }

  public static ProbeResult failed(
      FailureClass failure, String message, @Nullable FailureContext context) {
    return new ProbeResult(Outcome.FAILED, failure, message, context, true);
  }

  /** Given up while it may still hold its slot. */
  public static ProbeResult hung(String message) {
    return new ProbeResult(Outcome.FAILED, FailureClass.TIMEOUT, message, null, false);
  }
}

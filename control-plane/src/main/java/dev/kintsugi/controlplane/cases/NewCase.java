package dev.kintsugi.controlplane.cases;

import dev.kintsugi.protocol.node.FailureContext;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that went wrong, as whoever saw it tells it. What the customer asked for and the job's
 * earlier attempts are looked up.
 *
 * @param jobId of the job; of the last probe, which has none
 * @param attemptId the attempt it is about; null when it is about the job as a whole
 * @param failureClass name of a {@link dev.kintsugi.protocol.node.FailureClass}
 * @param attribution what the fault is blamed on: gpu, node, input or model version
 * @param rung step of the recovery ladder the attempt was on; empty for the job as asked
 * @param message one sentence for people
 * @param nodeId empty when no node was involved
 * @param revision of the model the node served; empty when no node was involved
 * @param context where the attempt was; null when it never ran
 * @param details anything else worth keeping. What the attempt ran with, where that differs from
 *     the job, goes under the names of {@link dev.kintsugi.protocol.node.AttemptRequest} and {@link
 *     dev.kintsugi.protocol.node.AttemptOptions}: {@code size}, {@code num_frames}, {@code
 *     num_inference_steps}, {@code seed}, {@code lite}, {@code avoid_expert}, {@code render},
 *     {@code resume_from}; a replay runs with it. {@code service} and {@code model}, where there is
 *     no job that has them
 */
public record NewCase(
    Kind kind,
    String jobId,
    @Nullable String attemptId,
    String failureClass,
    String attribution,
    String rung,
    String message,
    String nodeId,
    String revision,
    @Nullable FailureContext context,
    Map<String, String> details,
    Instant at) {

  public NewCase {
    details = Map.copyOf(details);
  }

  /** What came of it. */
  public enum Kind {
    /** An attempt made no video. */
    FAILED_ATTEMPT,
    /** The customer got a lesser answer. */
    DEGRADED,
    /** An attempt made a video that the quality gate refused. */
    REJECTED_RESULT,
    /** The customer got what was asked, but not at the first attempt. */
    RECOVERED_FAULT,
    /** The customer got no video. */
    JOB_FAILED,
    /** A new version was taken back; the case names the first job that spoke against it. */
    ROLLBACK,
    /** A node failed its probes and went out of dispatch. No customer was concerned. */
    PROBE_FAILED,
    /** Screening rejected a prompt. No failure: a GPU was not spent on one. */
    PROMPT_STOPPED;

    /** The lower-case name that is stored and shown. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}

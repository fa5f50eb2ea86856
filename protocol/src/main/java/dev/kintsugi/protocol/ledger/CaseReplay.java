package dev.kintsugi.protocol.ledger;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One replay of a case.
 *
 * @param status {@code queued}, {@code running} or {@code judged}
 * @param verdict {@code reproduced}, {@code not_reproduced} or {@code inconclusive}; null until
 *     judged
 * @param reason the one cause of the verdict, such as {@code same_failure}
 * @param requestedBy id of the operator's key
 * @param original how the case's attempt ended
 * @param replayed how the replay's attempt ended; null until judged
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record CaseReplay(
    @JsonProperty("id") String id,
    @JsonProperty("object") String object,
    @JsonProperty("case_id") String caseId,
    @JsonProperty("status") String status,
    @JsonProperty("verdict") @Nullable String verdict,
    @JsonProperty("reason") @Nullable String reason,
    @JsonProperty("requested_by") String requestedBy,
    @JsonProperty("requested_at") @JsonFormat(shape = JsonFormat.Shape.STRING) Instant requestedAt,
    @JsonProperty("judged_at") @JsonFormat(shape = JsonFormat.Shape.STRING)
        @Nullable Instant judgedAt,
    @JsonProperty("original") Side original,
    @JsonProperty("replayed") @Nullable Side replayed) {

  /**
   * How an attempt ended.
   *
   * @param outcome {@code completed}, {@code failed} or {@code not_run}
   * @param failureClass null unless it failed
   * @param expert that was denoising
   * @param step denoise steps done, of {@code steps}
   * @param digest of the weights that ran; empty where unknown
   * @param message one sentence about a failure
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Side(
      @JsonProperty("outcome") String outcome,
      @JsonProperty("failure_class") @Nullable String failureClass,
      @JsonProperty("stage") @Nullable String stage,
      @JsonProperty("expert") @Nullable String expert,
      @JsonProperty("step") int step,
      @JsonProperty("steps") int steps,
      @JsonProperty("node") @Nullable String node,
      @JsonProperty("digest") String digest,
      @JsonProperty("injected") boolean injected,
      @JsonProperty("message") @Nullable String message) {}
}

package dev.kintsugi.protocol.ledger;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.kintsugi.protocol.node.FailureContext;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything known of one failure: answer of {@code GET /ops/v1/cases/{id}}.
 *
 * @param input what the customer asked for; null when the customer deleted the video since
 * @param features counted in the input, by name
 * @param context where the attempt was; null when it never ran
 * @param details what else was told of it, such as what the attempt ran with
 * @param outcome how the job ended; null while it runs, or when it is not kept any more
 * @param family what near-identical failures have in common
 * @param timeline of the job, oldest first: submission, attempts, progress, other cases, replays
 * @param links where to go on
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record FailureCaseDetail(
    @JsonProperty("case") FailureCase failure,
    @JsonProperty("input") @Nullable Input input,
    @JsonProperty("features") Map<String, Double> features,
    @JsonProperty("context") @Nullable FailureContext context,
    @JsonProperty("details") Map<String, String> details,
    @JsonProperty("outcome") @Nullable Outcome outcome,
    @JsonProperty("family") FailureFamily family,
    @JsonProperty("replays") List<CaseReplay> replays,
    @JsonProperty("timeline") List<TimelineEntry> timeline,
    @JsonProperty("links") Map<String, String> links) {

  /** What the customer asked for, defaults resolved. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Input(
      @JsonProperty("prompt") String prompt,
      @JsonProperty("negative_prompt") @Nullable String negativePrompt,
      @JsonProperty("size") String size,
      @JsonProperty("num_frames") int numFrames,
      @JsonProperty("fps") int fps,
      @JsonProperty("num_inference_steps") int numInferenceSteps,
      @JsonProperty("guidance_scale") double guidanceScale,
      @JsonProperty("guidance_scale_2") @Nullable Double guidanceScale2,
      @JsonProperty("flow_shift") @Nullable Double flowShift,
      @JsonProperty("seed") int seed) {}

  /**
   * How the job ended.
   *
   * @param status {@code completed} or {@code failed}
   * @param attempts begun in all
   * @param degraded true when less than what was asked was delivered
   * @param reason why it is degraded, took several attempts, or failed
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Outcome(
      @JsonProperty("status") String status,
      @JsonProperty("attempts") int attempts,
      @JsonProperty("degraded") boolean degraded,
      @JsonProperty("reason") @Nullable String reason) {}
}

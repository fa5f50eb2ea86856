package dev.kintsugi.protocol.screening;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A prompt that a person decides on, as operators see it. Instants are RFC 3339.
 *
 * @param id {@code review_} and 32 hex digits
 * @param object {@code prompt.review}
 * @param status {@code pending}, {@code approved}, {@code rejected}, {@code expired} (nobody
 *     decided in time) or {@code withdrawn} (the customer cancelled the video)
 * @param service {@code namespace/name}
 * @param video id of the video
 * @param prompt null when the customer deleted the video
 * @param reasons why it is held; empty likewise
 * @param decidedBy id of an operator's key, or {@code deadline}; null while pending, and when it
 *     was withdrawn
 * @param note of who decided; empty for none
 * @param exception id of the exception that the approval added
 * @param parameters null in lists, and when the customer deleted the video
 * @param history oldest first; null in lists
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PromptReview(
    @JsonProperty("id") String id,
    @JsonProperty("object") String object,
    @JsonProperty("status") ReviewStatus status,
    @JsonProperty("service") String service,
    @JsonProperty("tenant") String tenant,
    @JsonProperty("video") String video,
    @JsonProperty("held_at") String heldAt,
    @JsonProperty("decide_by") String decideBy,
    @JsonProperty("prompt") @Nullable String prompt,
    @JsonProperty("reasons") List<PromptReason> reasons,
    @JsonProperty("decided_at") @Nullable String decidedAt,
    @JsonProperty("decided_by") @Nullable String decidedBy,
    @JsonProperty("note") @Nullable String note,
    @JsonProperty("exception") @Nullable String exception,
    @JsonProperty("parameters") @Nullable Parameters parameters,
    @JsonProperty("history") @Nullable List<Event> history) {

  /**
   * What is made once it is approved.
   *
   * @param size {@code WIDTHxHEIGHT}
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Parameters(
      @JsonProperty("model") String model,
      @JsonProperty("negative_prompt") @Nullable String negativePrompt,
      @JsonProperty("size") String size,
      @JsonProperty("num_frames") int numFrames,
      @JsonProperty("fps") int fps,
      @JsonProperty("num_inference_steps") int numInferenceSteps,
      @JsonProperty("guidance_scale") double guidanceScale,
      @JsonProperty("guidance_scale_2") @Nullable Double guidanceScale2,
      @JsonProperty("flow_shift") @Nullable Double flowShift,
      @JsonProperty("seed") int seed,
      @JsonProperty("priority") String priority,
      @JsonProperty("user") @Nullable String user) {}

  /**
   * One step of its life.
   *
   * @param actor {@code screening}, id of an operator's key, {@code deadline} or {@code customer}
   * @param action {@code held}, {@code approved}, {@code rejected}, {@code expired} or {@code
   *     withdrawn}
   */
  public record Event(
      @JsonProperty("at") String at,
      @JsonProperty("actor") String actor,
      @JsonProperty("action") String action,
      @JsonProperty("note") String note) {}
}

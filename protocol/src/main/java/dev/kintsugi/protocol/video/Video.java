package dev.kintsugi.protocol.video;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.kintsugi.protocol.screening.PromptScreening;
import dev.kintsugi.protocol.screening.ReviewStatus;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The Video object. The first 13 fields are the OpenAI contract and are always on the wire, null or
 * not; the rest are ours and are left out while unknown.
 *
 * @param createdAt seconds since the epoch
 * @param seconds length of the clip, as a string
 * @param costUsd GPU time so far at the service's price
 * @param screening what was said of the prompt; left out when it was simply taken
 * @param review where a person decides of the prompt; left out when nobody has to
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record Video(
    @JsonProperty("id") String id,
    @JsonProperty("object") String object,
    @JsonProperty("model") String model,
    @JsonProperty("status") VideoStatus status,
    @JsonProperty("progress") int progress,
    @JsonProperty("created_at") long createdAt,
    @JsonProperty("completed_at") @Nullable Long completedAt,
    @JsonProperty("expires_at") @Nullable Long expiresAt,
    @JsonProperty("prompt") @Nullable String prompt,
    @JsonProperty("size") String size,
    @JsonProperty("seconds") String seconds,
    @JsonProperty("remixed_from_video_id") @Nullable String remixedFromVideoId,
    @JsonProperty("error") @Nullable Failure error,
    @JsonProperty("delivered") @JsonInclude(JsonInclude.Include.NON_NULL)
        @Nullable Delivered delivered,
    @JsonProperty("stage_durations") @JsonInclude(JsonInclude.Include.NON_NULL)
        @Nullable Map<String, Double> stageDurations,
    @JsonProperty("cost_usd") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Double costUsd,
    @JsonProperty("trace_id") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String traceId,
    @JsonProperty("screening") @JsonInclude(JsonInclude.Include.NON_NULL)
        @Nullable PromptScreening screening,
    @JsonProperty("review") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Review review) {

  /** Why a job failed. */
  public record Failure(
      @JsonProperty("code") String code, @JsonProperty("message") String message) {}

  /**
   * What was really made.
   *
   * @param attempts attempts it took, the successful one included
   * @param degraded true when it is less than what was asked
   * @param reason why it is degraded, or why it took more than one attempt
   * @param ladderStep step of the recovery ladder it was made on, such as {@code fewer_steps}; left
   *     out when it was made as asked at the first attempt
   * @param substitutedExpert the expert whose steps the other one took
   * @param safeMode true when it was made with other parameters than the model's defaults for the
   *     reasons in {@code screening}; else left out
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Delivered(
      @JsonProperty("size") String size,
      @JsonProperty("num_frames") int numFrames,
      @JsonProperty("fps") int fps,
      @JsonProperty("num_inference_steps") int numInferenceSteps,
      @JsonProperty("model") String model,
      @JsonProperty("version") String version,
      @JsonProperty("seed") int seed,
      @JsonProperty("attempts") int attempts,
      @JsonProperty("degraded") boolean degraded,
      @JsonProperty("reason") @Nullable String reason,
      @JsonProperty("ladder_step") @Nullable String ladderStep,
      @JsonProperty("substituted_expert") @Nullable String substitutedExpert,
      @JsonProperty("safe_mode") @Nullable Boolean safeMode) {

    /** Not made in safe mode, as far as a node knows. */
    public Delivered(
        String size,
        int numFrames,
        int fps,
        int numInferenceSteps,
        String model,
        String version,
        int seed,
        int attempts,
        boolean degraded,
        @Nullable String reason,
        @Nullable String ladderStep,
        @Nullable String substitutedExpert) {
      this(
          size,
          numFrames,
          fps,
          numInferenceSteps,
          model,
          version,
          seed,
          attempts,
          degraded,
          reason,
          ladderStep,
          substitutedExpert,
          null);
    }

    /** The same, made in safe mode. */
    public Delivered inSafeMode() {
      return new Delivered(
          size,
          numFrames,
          fps,
          numInferenceSteps,
          model,
          version,
          seed,
          attempts,
          degraded,
          reason,
          ladderStep,
          substitutedExpert,
          true);
    }
  }

  /**
   * A person decides whether the prompt is drawn.
   *
   * @param status {@code pending}, {@code approved}, {@code rejected}, {@code expired} (nobody
   *     decided in time) or {@code withdrawn} (cancelled before anybody decided)
   * @param decideBy seconds since the epoch; without a decision by then the video fails
   * @param answerBy seconds since the epoch; the video is answered by then, at the latest if it is
   *     still pending; null when it is not made
   * @param message one sentence for people
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Review(
      @JsonProperty("status") ReviewStatus status,
      @JsonProperty("decide_by") long decideBy,
      @JsonProperty("answer_by") @Nullable Long answerBy,
      @JsonProperty("message") String message) {}
}

package dev.kintsugi.protocol.node;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * State of one attempt on a node: answer of {@code GET /v1/videos/{id}} and data of each
 * server-sent event of {@code GET /v1/videos/{id}/events} (event name = phase, event id = {@code
 * sequence}).
 *
 * @param status the four public states of the Videos API
 * @param progress 0..100
 * @param sequence grows by one with each change; resume with {@code Last-Event-ID}
 * @param expert {@code high}, {@code low} or {@code lite} while denoising
 * @param step denoise steps done
 * @param steps denoise steps in all
 * @param error set when failed
 * @param stageDurations seconds per stage: text_encode, denoise, decode, judge (beside decode),
 *     encode
 * @param artifacts set when completed
 * @param checkpoint the newest one, to be had at {@code GET /v1/videos/{id}/checkpoint}
 * @param quality statistics of the clip by name, once judged
 * @param score how far the clip is from being rejected, 1 and more; null until it passed, and where
 *     its model has no limits
 * @param substitutedExpert the expert whose steps the other one took
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record AttemptStatus(
    @JsonProperty("id") String id,
    @JsonProperty("object") String object,
    @JsonProperty("status") String status,
    @JsonProperty("phase") AttemptPhase phase,
    @JsonProperty("progress") int progress,
    @JsonProperty("sequence") long sequence,
    @JsonProperty("expert") @Nullable String expert,
    @JsonProperty("step") int step,
    @JsonProperty("steps") int steps,
    @JsonProperty("error") @Nullable AttemptError error,
    @JsonProperty("stage_durations") @Nullable Map<String, Double> stageDurations,
    @JsonProperty("artifacts") @Nullable List<Artifact> artifacts,
    @JsonProperty("checkpoint") @Nullable Checkpoint checkpoint,
    @JsonProperty("quality") @Nullable Map<String, Double> quality,
    @JsonProperty("score") @Nullable Double score,
    @JsonProperty("substituted_expert") @Nullable String substitutedExpert) {

  /**
   * Failure of an attempt.
   *
   * @param message one sentence for people
   * @param context null when it failed before it ran
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record AttemptError(
      @JsonProperty("code") FailureClass code,
      @JsonProperty("message") String message,
      @JsonProperty("context") @Nullable FailureContext context) {}

  /**
   * A point another attempt can start from.
   *
   * @param step denoise steps it holds
   * @param bytes length
   * @param sha256 lower-case hex of the content
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Checkpoint(
      @JsonProperty("step") int step,
      @JsonProperty("bytes") long bytes,
      @JsonProperty("sha256") String sha256) {}

  /**
   * A file of a completed attempt.
   *
   * @param variant {@code video}, {@code thumbnail} or {@code spritesheet}
   * @param bytes length
   * @param sha256 lower-case hex of the content
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Artifact(
      @JsonProperty("variant") String variant,
      @JsonProperty("media_type") String mediaType,
      @JsonProperty("bytes") long bytes,
      @JsonProperty("sha256") String sha256) {}
}

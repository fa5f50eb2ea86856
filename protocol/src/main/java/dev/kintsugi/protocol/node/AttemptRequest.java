package dev.kintsugi.protocol.node;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * Body of {@code POST /v1/videos} on a node: one attempt with every parameter resolved. The node
 * answers with an {@link AttemptStatus}; a second POST with the same id and body returns the
 * running attempt (safe to retry).
 *
 * @param id attempt id, {@code [A-Za-z0-9_-]{1,64}}, chosen by the control plane
 * @param size {@code WIDTHxHEIGHT} in pixels, multiples of 16
 * @param numFrames frames, 4k+1
 * @param fps frames per second of the encoded video
 * @param guidanceScale classifier-free guidance of the high-noise expert (diffusers' meaning)
 * @param guidanceScale2 of the low-noise expert; null means the same
 * @param seed 0..2^31-1
 * @param traceId 32 hex digits, goes into every log line
 * @param run how to run it; null means the node's usual way
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record AttemptRequest(
    @JsonProperty("id") String id,
    @JsonProperty("model") String model,
    @JsonProperty("prompt") String prompt,
    @JsonProperty("negative_prompt") @Nullable String negativePrompt,
    @JsonProperty("size") String size,
    @JsonProperty("num_frames") int numFrames,
    @JsonProperty("fps") int fps,
    @JsonProperty("num_inference_steps") int numInferenceSteps,
    @JsonProperty("guidance_scale") double guidanceScale,
    @JsonProperty("guidance_scale_2") @Nullable Double guidanceScale2,
    @JsonProperty("flow_shift") @Nullable Double flowShift,
    @JsonProperty("seed") int seed,
    @JsonProperty("trace_id") @Nullable String traceId,
    @JsonProperty("run") @Nullable AttemptOptions run) {

  /** How the ids of probes begin: standard clips that no customer asked for. */
  public static final String PROBE_PREFIX = "probe_";

  /** True for the id of a probe. */
  public static boolean isProbe(String attemptId) {
    return attemptId.startsWith(PROBE_PREFIX);
  }
}

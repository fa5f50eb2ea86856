package dev.kintsugi.protocol.node;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Body of {@code POST /node/faults}: one fault to inject. It ends by itself when it has acted
 * {@code count} times or {@code durationSeconds} are over, whichever is first. What it is counted
 * in depends on the kind: attempts, tries to encode, downloads, or checks of the weights.
 *
 * @param count times it acts; null means 1
 * @param probability chance that it acts when it could, 0..1; null means 1
 * @param seed of the chance: the same seed makes the same chances come true; null lets the node
 *     choose one, which its answer names
 * @param step denoise step at which it acts, from 1; null means the first chance
 * @param durationSeconds how long it stays, at most 3600; null means 300
 * @param expert the expert that fails, for {@code expert-failure}
 * @param xid NVIDIA's number, for {@code gpu-fault}
 * @param delaySeconds added to each step for {@code latency}, null means 1; length of a {@code
 *     stall}, null means until the fault ends
 * @param bytes memory that each {@code leak} keeps; null means 33554432
 * @param promptMatches regular expression (Java's) that must be found in an attempt's prompt for it
 *     to act; null means any prompt
 * @param minPixels width times height times frames that an attempt must have at least; null means
 *     any size
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record FaultSpec(
    @JsonProperty("kind") Kind kind,
    @JsonProperty("count") @Nullable Integer count,
    @JsonProperty("probability") @Nullable Double probability,
    @JsonProperty("seed") @Nullable Integer seed,
    @JsonProperty("step") @Nullable Integer step,
    @JsonProperty("duration_seconds") @Nullable Double durationSeconds,
    @JsonProperty("expert") @Nullable String expert,
    @JsonProperty("xid") @Nullable Integer xid,
    @JsonProperty("delay_seconds") @Nullable Double delaySeconds,
    @JsonProperty("bytes") @Nullable Integer bytes,
    @JsonProperty("prompt_matches") @Nullable String promptMatches,
    @JsonProperty("min_pixels") @Nullable Long minPixels) {

  /** The faults a node can have on demand. */
  public enum Kind {
    OOM,
    LATENCY,
    STALL,
    NAN,
    BLACK_FRAMES,
    FROZEN,
    FLICKER,
    NOISE,
    EXPERT_FAILURE,
    CORRUPT_WEIGHTS,
    ENCODE_FAILED,
    UPLOAD_FAILED,
    UPLOAD_ALTERED,
    DISK_FULL,
    LEAK,
    CRASH,
    GPU_FAULT;

    /** Such as {@code black-frames}. */
    @JsonValue
    public String wireName() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}

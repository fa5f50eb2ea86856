package dev.kintsugi.protocol.node;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * How an attempt is run, beside what it makes. Everything left out means the node's usual way.
 *
 * @param resumeFrom SHA-256 of a checkpoint the node holds ({@code PUT
 *     /node/checkpoints/{sha256}}); the run goes on after its step. Refused with a reason when the
 *     weights, the schedule or the shape differ
 * @param avoidExpert {@code high} or {@code low}: its steps go to the other expert
 * @param render what becomes of the frames; null means {@link Render#VIDEO}
 * @param checkpointEvery steps between two checkpoints; 0 makes none, null is the node's default
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record AttemptOptions(
    @JsonProperty("resume_from") @Nullable String resumeFrom,
    @JsonProperty("avoid_expert") @Nullable String avoidExpert,
    @JsonProperty("render") @Nullable Render render,
    @JsonProperty("checkpoint_every") @Nullable Integer checkpointEvery) {

  public static final AttemptOptions NONE = new AttemptOptions(null, null, null, null);
}

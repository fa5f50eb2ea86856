package dev.kintsugi.operators.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a customer gets when what was asked cannot be made in time.
 *
 * @param ladder null means every step
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DegradationSpec(
    @JsonProperty("ladder")
        @Size(max = 10)
        @ValidationRule(
            value = "self.all(s, self.exists_one(t, t == s))",
            message = "spec.degradation.ladder must not name a step twice")
        @JsonPropertyDescription(
            "Steps that are tried, in this order, after what was asked failed or would be late."
                + " Default: all of them, in the order of this list of values. Empty: lost nodes"
                + " are made good, nothing else is tried, and a job that cannot be made fails.")
        @Nullable List<Step> ladder) {

  public DegradationSpec {
    ladder = ladder == null ? null : List.copyOf(ladder);
  }

  static DegradationSpec defaults() {
    return new DegradationSpec(null);
  }

  /** Steps of the ladder, by the names that delivered videos carry. */
  public enum Step {
    @JsonProperty("new_seed")
    NEW_SEED,
    @JsonProperty("other_node")
    OTHER_NODE,
    @JsonProperty("around_expert")
    AROUND_EXPERT,
    @JsonProperty("fewer_steps")
    FEWER_STEPS,
    @JsonProperty("fewer_frames")
    FEWER_FRAMES,
    @JsonProperty("smaller_size")
    SMALLER_SIZE,
    @JsonProperty("lite_model")
    LITE_MODEL,
    @JsonProperty("still_motion")
    STILL_MOTION,
    @JsonProperty("cached_result")
    CACHED_RESULT,
    @JsonProperty("fallback_clip")
    FALLBACK_CLIP;

    /** Such as {@code new_seed}. */
    public String wireName() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }
}

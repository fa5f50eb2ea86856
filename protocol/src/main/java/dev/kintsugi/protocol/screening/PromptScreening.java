package dev.kintsugi.protocol.screening;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is said of a submission's prompt: the answer of {@code POST /v1/prompts/screen}, and a part
 * of the Video object.
 *
 * @param object {@code prompt.screening}
 * @param verdict {@code accept}, {@code suggest_rewrite} (it is taken, another wording would do
 *     better), {@code accept_safe_mode} (it is taken and made with fewer frames and more steps),
 *     {@code hold_for_review} (a person decides) or {@code reject}
 * @param reasons in the order of the text; empty for {@code accept}
 * @param suggestedPrompt a wording that passes; null where none can be told without inventing
 * @param safeMode what is made instead of the model's defaults; null where nothing is changed
 * @param skipped stages that said nothing: the prompt passed them unseen
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
@JsonIgnoreProperties(ignoreUnknown = true)
public record PromptScreening(
    @JsonProperty("object") String object,
    @JsonProperty("verdict") String verdict,
    @JsonProperty("reasons") List<PromptReason> reasons,
    @JsonProperty("suggested_prompt") @Nullable String suggestedPrompt,
    @JsonProperty("safe_mode") @Nullable SafeMode safeMode,
    @JsonProperty("skipped") List<SkippedStage> skipped) {

  /** What was said before stages were told of has none. */
  public PromptScreening {
    reasons = List.copyOf(reasons);
    skipped = skipped == null ? List.of() : List.copyOf(skipped);
  }

  /**
   * A stage that said nothing.
   *
   * @param stage {@code rules}, {@code language} (a part of it), {@code novelty}, {@code learned}
   *     or {@code tokens}
   * @param reason {@code defect}, {@code slow}, {@code busy}, {@code unavailable} (what it asks is
   *     not there) or {@code not_enough_data}
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record SkippedStage(
      @JsonProperty("stage") String stage, @JsonProperty("reason") String reason) {}

  /** Parameters of a video that is made with more care. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record SafeMode(
      @JsonProperty("num_frames") int numFrames,
      @JsonProperty("num_inference_steps") int numInferenceSteps) {}
}

package dev.kintsugi.operators.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import org.jspecify.annotations.Nullable;

/** Limits of structure, by the names and bounds of {@code core.screening.Threshold}. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ThresholdsSpec(
    @JsonProperty("emojiRun")
        @Min(2)
        @Max(100)
        @JsonPropertyDescription("Emoji in a row that are too many. Default: 5.")
        @Nullable Integer emojiRun,
    @JsonProperty("repeats")
        @Min(2)
        @Max(100)
        @JsonPropertyDescription(
            "Repeats of the same words or signs in a row that are too many. Default: 6.")
        @Nullable Integer repeats,
    @JsonProperty("negations")
        @Min(2)
        @Max(100)
        @JsonPropertyDescription("Negations in one clause that are too many. Default: 3.")
        @Nullable Integer negations,
    @JsonProperty("scriptSwitches")
        @Min(1)
        @Max(100)
        @JsonPropertyDescription(
            "Switches between Chinese and lower-case Latin words in one clause that are too many."
                + " Default: 3.")
        @Nullable Integer scriptSwitches,
    @JsonProperty("reviewLength")
        @Min(50)
        @Max(512)
        @JsonPropertyDescription(
            "Characters; a longer prompt with nested brackets waits for a person. Default: 512.")
        @Nullable Integer reviewLength,
    @JsonProperty("bracketDepth")
        @Min(2)
        @Max(20)
        @JsonPropertyDescription(
            "How deep brackets must be nested for that, in prompts of up to 512 characters; longer"
                + " ones are held from a depth of 2 on. Needs a reviewLength below 512. Default: 2.")
        @Nullable Integer bracketDepth,
    @JsonProperty("tokens")
        @Min(10)
        @Max(512)
        @JsonPropertyDescription(
            "Tokens, as the model counts them, that are not too many yet. Default: 80.")
        @Nullable Integer tokens,
    @JsonProperty("objects")
        @Min(1)
        @Max(100)
        @JsonPropertyDescription(
            "Different things to be seen that are not too many yet. Default: 20.")
        @Nullable Integer objects,
    @JsonProperty("entities")
        @Min(0)
        @Max(5)
        @JsonPropertyDescription(
            "Things to be seen that a prompt needs which tells of a feeling; any other needs one."
                + " 0 asks for none, also where a prompt only compares. Default: 2.")
        @Nullable Integer entities) {

  static ThresholdsSpec usual() {
    return new ThresholdsSpec(null, null, null, null, null, null, null, null, null);
  }
}

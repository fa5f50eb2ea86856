package dev.kintsugi.operators.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.Objects;

/**
 * How sure a verdict must be.
 *
 * @param deadline without a verdict by then, a person decides
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AnalysisSpec(
    @JsonProperty("alpha")
        @Default("0.01")
        @ValidationRule(
            value = "self > 0.0 && self <= 0.5",
            message = "analysis.alpha must be above 0 and at most 0.5")
        @JsonPropertyDescription(
            "Highest probability that a version as good as stable is rolled back.")
        Double alpha,
    @JsonProperty("beta")
        @Default("0.05")
        @ValidationRule(
            value = "self > 0.0 && self <= 0.5",
            message = "analysis.beta must be above 0 and at most 0.5")
        @JsonPropertyDescription(
            "Highest probability that a version worse by smallestRegression is promoted.")
        Double beta,
    @JsonProperty("smallestRegression")
        @Default("0.1")
        @ValidationRule(
            value = "self >= 0.001 && self <= 0.5",
            message = "analysis.smallestRegression must be 0.001 to 0.5")
        @JsonPropertyDescription(
            "Rise of the share of bad jobs that must not go unnoticed; 0.1 is ten more of a"
                + " hundred.")
        Double smallestRegression,
    @JsonProperty("smallestSlowdown")
        @Default("0.25")
        @ValidationRule(
            value = "self >= 0.02 && self <= 10.0",
            message = "analysis.smallestSlowdown must be 0.02 to 10")
        @JsonPropertyDescription(
            "Rise of the time for the same work that must not go unnoticed; 0.25 is a quarter"
                + " longer, 1 twice as long.")
        Double smallestSlowdown,
    @JsonProperty("deadline")
        @Default("24h")
        @Size(max = 8)
        @ValidationRule(
            value = Durations.RULE + " && duration(self) <= duration('2160h')",
            message =
                "analysis.deadline must be a positive duration such as 90s, 15m or 2h, at most"
                    + " 2160h")
        @JsonPropertyDescription(
            "Without a verdict so long after the start, the rollout pauses for a person.")
        String deadline,
    @JsonProperty("shadowVideos")
        @Default("0")
        @Min(0)
        @Max(100)
        @JsonPropertyDescription(
            "Customers' videos that the new revision makes once more on spare slots, to be compared"
                + " with the old one's; 8 or more bound the difference in time. 0 means none.")
        Integer shadowVideos,
    @JsonProperty("stickiness")
        @Default("None")
        @JsonPropertyDescription(
            "None divides jobs between the two revisions. Tenant or User divides customers: all"
                + " jobs of one go to the same revision, by a hash; the weight is then the share of"
                + " customers.")
        Stickiness stickiness) {

  /** Whether a customer's jobs stay together. */
  public enum Stickiness {
    @JsonProperty("None")
    NONE,
    @JsonProperty("Tenant")
    TENANT,
    @JsonProperty("User")
    USER
  }

  public AnalysisSpec {
    alpha = Objects.requireNonNullElse(alpha, 0.01);
    beta = Objects.requireNonNullElse(beta, 0.05);
    smallestRegression = Objects.requireNonNullElse(smallestRegression, 0.1);
    smallestSlowdown = Objects.requireNonNullElse(smallestSlowdown, 0.25);
    deadline = Objects.requireNonNullElse(deadline, "24h");
    shadowVideos = Objects.requireNonNullElse(shadowVideos, 0);
    stickiness = Objects.requireNonNullElse(stickiness, Stickiness.NONE);
  }

  static AnalysisSpec defaults() {
    return new AnalysisSpec(0.01, 0.05, 0.1, 0.25, "24h", 0, Stickiness.NONE);
  }
}

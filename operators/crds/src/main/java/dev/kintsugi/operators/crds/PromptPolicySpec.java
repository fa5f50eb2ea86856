package dev.kintsugi.operators.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How prompts are screened.
 *
 * @param service null for every DiffusionService of the namespace that no other policy names
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PromptPolicySpec(
    @JsonProperty("service")
        @Size(min = 1, max = 40)
        @JsonPropertyDescription(
            "Name of a DiffusionService of this namespace. Without it the policy is for every one"
                + " that no other policy names. Of two for the same the older is in force.")
        @Nullable String service,
    @JsonProperty("thresholds")
        @ValidationRule(
            value =
                "!has(self.bracketDepth) || (has(self.reviewLength) && self.reviewLength < 512)",
            message =
                "spec.thresholds.bracketDepth needs a reviewLength below 512: longer prompts are"
                    + " held from a depth of 2 on, whatever is set")
        @JsonPropertyDescription("Limits of structure; those that are left out are as usual.")
        ThresholdsSpec thresholds,
    @JsonProperty("rules")
        @Size(max = 100)
        @JsonPropertyDescription(
            "Rules that people write. One that is taken out is retired; one whose stage or pin"
                + " changes is set anew, whatever evidence or a person made of it.")
        List<RuleSpec> rules,
    @JsonProperty("lexicon")
        @JsonPropertyDescription("Terms beside the lists of the control plane.")
        LexiconSpec lexicon,
    @JsonProperty("promotion") @JsonPropertyDescription("How rules that are found move on.")
        PromotionSpec promotion,
    @JsonProperty("review") @JsonPropertyDescription("Prompts that wait for a person.")
        ReviewSpec review) {

  public PromptPolicySpec {
    thresholds = Objects.requireNonNullElseGet(thresholds, ThresholdsSpec::usual);
    rules = rules == null ? List.of() : List.copyOf(rules);
    lexicon = Objects.requireNonNullElseGet(lexicon, LexiconSpec::none);
    promotion = Objects.requireNonNullElseGet(promotion, PromotionSpec::usual);
    review = Objects.requireNonNullElseGet(review, () -> new ReviewSpec(null));
  }

  /**
   * A rule that a person writes.
   *
   * @param note null for none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record RuleSpec(
      @JsonProperty("name")
          @Required
          @Size(min = 1, max = 63)
          @ValidationRule(
              value = "self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",
              message = "spec.rules.name must be a DNS label such as no-volcanoes")
          String name,
      @JsonProperty("features")
          @Required
          @Size(min = 1, max = 3)
          @ValidationRule(
              value =
                  "self.all(f, f.matches('^(word:[^A-Z ]{2,100}|han:[^A-Za-z ]{2,3}|mixed-scripts"
                      + "|(emoji-run|length|brackets|frames|steps|pixels)>=[1-9][0-9]{0,9}"
                      + "|topic:[^~ ]{1,100}~[1-9][0-9]{0,17})$'))",
              message =
                  "spec.rules.features must be such as word:dragon, han:悲伤, mixed-scripts,"
                      + " emoji-run>=5, length>=400, brackets>=2, frames>=49, steps>=50,"
                      + " pixels>=10000000 or topic:dragon-castle~12")
          @JsonPropertyDescription("One to three, all of which a submission must have.")
          List<String> features,
      @JsonProperty("stage")
          @Default("shadow")
          @JsonPropertyDescription(
              "Where it begins: a shadow stops nothing, a canary a share, an enforced one all but"
                  + " a few. Evidence moves it on from there.")
          Stage stage,
      @JsonProperty("pinned")
          @Default("false")
          @JsonPropertyDescription("Evidence does not move it.")
          Boolean pinned,
      @JsonProperty("note") @Size(max = 1000) @JsonPropertyDescription("Why; kept in its history.")
          @Nullable String note) {

    public RuleSpec {
      features = features == null ? List.of() : List.copyOf(features);
      stage = Objects.requireNonNullElse(stage, Stage.SHADOW);
      pinned = Objects.requireNonNullElse(pinned, false);
    }
  }

  /** Where a rule begins. */
  public enum Stage {
    @JsonProperty("shadow")
    SHADOW,
    @JsonProperty("canary")
    CANARY,
    @JsonProperty("enforced")
    ENFORCED
  }

  /**
   * Small lists of terms.
   *
   * @param terms by category
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record LexiconSpec(
      @JsonProperty("terms")
          @JsonPropertyDescription(
              "Terms that are not drawn, by category: at most 20 categories of 200 terms.")
          Map<String, List<String>> terms,
      @JsonProperty("exceptions")
          @Size(max = 200)
          @JsonPropertyDescription(
              "Terms within which no term counts, be it of the policy or of the control plane.")
          List<String> exceptions) {

    public LexiconSpec {
      terms = terms == null ? Map.of() : Map.copyOf(terms);
      exceptions = exceptions == null ? List.of() : List.copyOf(exceptions);
    }

    static LexiconSpec none() {
      return new LexiconSpec(Map.of(), List.of());
    }
  }

  /** When rules move on; null means as the control plane is set up. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record PromotionSpec(
      @JsonProperty("leastPrecision")
          @ValidationRule(
              value = "self >= 0.2 && self <= 0.95",
              message = "spec.promotion.leastPrecision must be 0.2 to 0.95")
          @JsonPropertyDescription(
              "Share of a rule's prompts that must fail before it stops any. Default: 0.5, or as"
                  + " the control plane is set up.")
          @Nullable Double leastPrecision,
      @JsonProperty("canaryShare")
          @ValidationRule(
              value = "self >= 0.05 && self <= 0.95",
              message = "spec.promotion.canaryShare must be 0.05 to 0.95")
          @JsonPropertyDescription(
              "Share of its prompts that a canary stops. Default: 0.5, or as the control plane is"
                  + " set up.")
          @Nullable Double canaryShare,
      @JsonProperty("exploreShare")
          @ValidationRule(
              value = "self >= 0.01 && self <= 0.5",
              message = "spec.promotion.exploreShare must be 0.01 to 0.5")
          @JsonPropertyDescription(
              "Share of its prompts that an enforced rule lets through to see whether it is still"
                  + " true. Default: 0.05, or as the control plane is set up.")
          @Nullable Double exploreShare,
      @JsonProperty("approval")
          @Default("Automatic")
          @JsonPropertyDescription("Manual: a rule waits in the shadow until a person moves it on.")
          Approval approval) {

    public PromotionSpec {
      approval = Objects.requireNonNullElse(approval, Approval.AUTOMATIC);
    }

    static PromotionSpec usual() {
      return new PromotionSpec(null, null, null, Approval.AUTOMATIC);
    }
  }

  /**
   * How prompts wait for a person.
   *
   * @param decideWithin null means as the control plane is set up
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record ReviewSpec(
      @JsonProperty("decideWithin")
          @Size(max = 8)
          @ValidationRule(
              value = Durations.RULE + " && duration(self) <= duration('720h')",
              message =
                  "spec.review.decideWithin must be a positive duration such as 90s, 15m or 2h, at"
                      + " most 720h")
          @JsonPropertyDescription(
              "Time for a person's decision; without one the video fails. Default: 24h, or as the"
                  + " control plane is set up.")
          @Nullable String decideWithin) {}

  /** Who lets a rule out of the shadow. */
  public enum Approval {
    @JsonProperty("Automatic")
    AUTOMATIC,
    @JsonProperty("Manual")
    MANUAL
  }
}

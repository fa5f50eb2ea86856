package dev.kintsugi.protocol.fleet;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One policy for prompts: body of {@code PUT /fleet/v1/prompt-policies/{namespace}/{name}}. The
 * control plane keeps the newest {@code (uid, generation)} and refuses older ones with {@code
 * stale_generation}.
 *
 * @param uid of the PromptPolicy: a new uid is a new policy
 * @param generation the resource's generation
 * @param createdAt RFC 3339; of two policies for the same the older is in force
 * @param service name of the DiffusionService, in the same namespace; null for every one there that
 *     no other policy names
 * @param thresholds by name, such as {@code emojiRun}; those that are left out are as usual
 * @param rules that people wrote
 * @param terms in addition to the lists of the control plane
 * @param promotion how rules that are found move on
 * @param decideWithinSeconds time for a person's decision on a held prompt, 1 to 2,592,000; null
 *     leaves it to the control plane's settings
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PromptPolicyState(
    @JsonProperty("uid") String uid,
    @JsonProperty("generation") long generation,
    @JsonProperty("created_at") String createdAt,
    @JsonProperty("service") @Nullable String service,
    @JsonProperty("thresholds") Map<String, Integer> thresholds,
    @JsonProperty("rules") List<Rule> rules,
    @JsonProperty("terms") Terms terms,
    @JsonProperty("promotion") Promotion promotion,
    @JsonProperty("decide_within_seconds") @Nullable Long decideWithinSeconds) {

  public PromptPolicyState {
    thresholds = thresholds == null ? Map.of() : Map.copyOf(thresholds);
    rules = rules == null ? List.of() : List.copyOf(rules);
    terms = terms == null ? new Terms(Map.of(), List.of()) : terms;
    promotion = promotion == null ? Promotion.USUAL : promotion;
  }

  /**
   * A rule that a person wrote.
   *
   * @param features one to three, all of which a submission must have, such as {@code word:dragon}
   * @param stage it begins in: {@code shadow}, {@code canary} or {@code enforced}; evidence moves
   *     it on from there
   * @param pinned evidence does not move it
   * @param note why; null for none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Rule(
      @JsonProperty("name") String name,
      @JsonProperty("features") List<String> features,
      @JsonProperty("stage") String stage,
      @JsonProperty("pinned") boolean pinned,
      @JsonProperty("note") @Nullable String note) {

    public Rule {
      features = features == null ? List.of() : List.copyOf(features);
    }
  }

  /**
   * Small lists of terms.
   *
   * @param categories terms that are not drawn, by category
   * @param exceptions within which no term counts, of no list
   */
  public record Terms(
      @JsonProperty("categories") Map<String, List<String>> categories,
      @JsonProperty("exceptions") List<String> exceptions) {

    public Terms {
      categories = categories == null ? Map.of() : Map.copyOf(categories);
      exceptions = exceptions == null ? List.of() : List.copyOf(exceptions);
    }
  }

  /**
   * When rules move on; null leaves it to the control plane's settings.
   *
   * @param leastPrecision share of a rule's prompts that must fail, 0.2 to 0.95
   * @param canaryShare of its prompts that a canary stops, 0.05 to 0.95
   * @param exploreShare of its prompts that an enforced rule lets through, 0.01 to 0.5
   * @param manual a person moves rules out of the shadow
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Promotion(
      @JsonProperty("least_precision") @Nullable Double leastPrecision,
      @JsonProperty("canary_share") @Nullable Double canaryShare,
      @JsonProperty("explore_share") @Nullable Double exploreShare,
      @JsonProperty("manual") boolean manual) {

    public static final Promotion USUAL = new Promotion(null, null, null, false);
  }
}

package dev.kintsugi.operators.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the policy has come to, as the control plane counts it. Maps without entries are left out:
 * an API server that is told to empty one makes it null, and refuses that.
 *
 * @param target name of the service, or {@code *}
 * @param days over which prompts are counted; null without evidence
 * @param enforced rules; null without evidence
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PromptPolicyStatus(
    @JsonProperty("observedGeneration")
        @JsonPropertyDescription("Generation of the spec this status is about.")
        @Nullable Long observedGeneration,
    @JsonProperty("target")
        @JsonPropertyDescription("The service, or * for every one without a policy of its own.")
        @Nullable String target,
    @JsonProperty("services")
        @JsonPropertyDescription("Those that it governs and the control plane knows.")
        List<String> services,
    @JsonProperty("days")
        @JsonPropertyDescription("Today and the days before, over which prompts are counted.")
        @Nullable Integer days,
    @JsonProperty("enforced")
        @JsonPropertyDescription("Rules that stop prompts: learned ones and those of the spec.")
        @Nullable Long enforced,
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @JsonProperty("verdicts")
        @JsonPropertyDescription("Prompts of submissions, by verdict.")
        Map<String, Long> verdicts,
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @JsonProperty("reasons")
        @JsonPropertyDescription("Prompts that a rule of screening spoke against, by rule.")
        Map<String, Long> reasons,
    @JsonProperty("interception")
        @JsonPropertyDescription("Failures kept from a GPU by rules that act.")
        @Nullable Interception interception,
    @JsonProperty("rules")
        @JsonPropertyDescription("Rules that act or may come to act, at most 30.")
        List<Rule> rules,
    @JsonProperty("conditions") List<StatusCondition> conditions) {

  public PromptPolicyStatus {
    services = services == null ? List.of() : List.copyOf(services);
    verdicts = verdicts == null ? Map.of() : Map.copyOf(verdicts);
    reasons = reasons == null ? Map.of() : Map.copyOf(reasons);
    rules = rules == null ? List.of() : List.copyOf(rules);
    conditions = conditions == null ? List.of() : List.copyOf(conditions);
  }

  /** Shares are texts because the API has no fractions; null where there was nothing. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Interception(
      @JsonProperty("rate")
          @JsonPropertyDescription("Of all failures that would have been, those kept from a GPU.")
          @Nullable String rate,
      @JsonProperty("low") @JsonPropertyDescription("It is hardly less (95 %, with high).")
          @Nullable String low,
      @JsonProperty("high") @Nullable String high,
      @JsonProperty("falsePositiveRate")
          @JsonPropertyDescription("Of all prompts that would have gone well, those stopped.")
          @Nullable String falsePositiveRate,
      @JsonProperty("falsePositiveLow") @Nullable String falsePositiveLow,
      @JsonProperty("falsePositiveHigh") @Nullable String falsePositiveHigh,
      @JsonProperty("stopped") @Required @JsonPropertyDescription("Prompts that rules stopped.")
          Long stopped,
      @JsonProperty("failed")
          @Required
          @JsonPropertyDescription("Jobs that ran and failed by their input.")
          Long failed) {}

  /** One rule; of several services each has its own. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Rule(
      @JsonProperty("id") @Required String id,
      @JsonProperty("name") @Required String name,
      @JsonProperty("service") @Required String service,
      @JsonProperty("origin")
          @Required
          @JsonPropertyDescription("mined, manual (over the API) or policy (of this spec).")
          String origin,
      @JsonProperty("stage") @Required String stage,
      @JsonProperty("stopped") @Required Long stopped,
      @JsonProperty("matched")
          @Required
          @JsonPropertyDescription("Let through in this stage, with a known end.")
          Long matched,
      @JsonProperty("failed") @Required Long failed,
      @JsonProperty("outlook") @Required @JsonPropertyDescription("What it waits for.")
          String outlook) {}
}

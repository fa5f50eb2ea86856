package dev.kintsugi.protocol.fleet;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.kintsugi.protocol.screening.PromptInterception;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a policy has come to: answer of {@code GET /fleet/v1/prompt-policies/{namespace}/{name}}.
 *
 * @param observedGeneration generation of the policy that is kept
 * @param takenBy name of the older policy that is in force in its place; null when this one is
 * @param services {@code namespace/name} of those it governs and the control plane knows
 * @param days over which verdicts and reasons are counted
 * @param verdicts prompts of submissions, by verdict
 * @param reasons prompts that a rule spoke against, by rule
 * @param stages rules that failures taught or people wrote, by stage
 * @param rules the most consequential of them
 * @param interception failures kept from a GPU, over the same days
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record PromptPolicyEvidence(
    @JsonProperty("uid") String uid,
    @JsonProperty("observed_generation") long observedGeneration,
    @JsonProperty("taken_by") @Nullable String takenBy,
    @JsonProperty("services") List<String> services,
    @JsonProperty("days") int days,
    @JsonProperty("verdicts") Map<String, Long> verdicts,
    @JsonProperty("reasons") Map<String, Long> reasons,
    @JsonProperty("stages") Map<String, Long> stages,
    @JsonProperty("rules") List<Rule> rules,
    @JsonProperty("interception") PromptInterception interception) {

  public PromptPolicyEvidence {
    services = services == null ? List.of() : List.copyOf(services);
    verdicts = verdicts == null ? Map.of() : Map.copyOf(verdicts);
    reasons = reasons == null ? Map.of() : Map.copyOf(reasons);
    stages = stages == null ? Map.of() : Map.copyOf(stages);
    rules = rules == null ? List.of() : List.copyOf(rules);
  }

  /**
   * A rule that acts or may come to act.
   *
   * @param id as in {@code /ops/v1/prompt-rules}
   * @param name as the policy calls it, or else its features
   * @param origin {@code mined}, {@code manual} or {@code policy}
   * @param stopped prompts it kept from a GPU, in all its life
   * @param matched its prompts that were let through in its present stage and whose end is known
   * @param failed of those
   * @param outlook what it waits for, in one sentence
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Rule(
      @JsonProperty("id") String id,
      @JsonProperty("name") String name,
      @JsonProperty("service") String service,
      @JsonProperty("origin") String origin,
      @JsonProperty("stage") String stage,
      @JsonProperty("pinned") boolean pinned,
      @JsonProperty("stopped") long stopped,
      @JsonProperty("matched") long matched,
      @JsonProperty("failed") long failed,
      @JsonProperty("outlook") String outlook) {}
}

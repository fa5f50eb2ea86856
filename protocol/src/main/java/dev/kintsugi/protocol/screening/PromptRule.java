package dev.kintsugi.protocol.screening;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A learned rule, as operators see it.
 *
 * @param id {@code rule_} and a number
 * @param object {@code prompt_rule}
 * @param service {@code namespace/name}
 * @param features all of which a submission must have, such as {@code word:dragon} {@code
 *     frames>=49} or {@code topic:dragon-castle-fire~12}
 * @param origin {@code mined}, {@code manual}, or {@code policy} while a PromptPolicy has it
 * @param policy {@code namespace/name} of the PromptPolicy that has it; null for none
 * @param stage {@code candidate}, {@code shadow}, {@code canary}, {@code enforced} or {@code
 *     retired}
 * @param since RFC 3339; when the stage began
 * @param pinned a person wants it so: evidence moves it no more
 * @param matched its prompts that were let through since then and whose end is known
 * @param failed those of them that failed by their input
 * @param stopped prompts that it kept from a GPU, in all its life
 * @param outlook what it waits for, in one sentence with numbers
 * @param found what it was found by; null for a manual one
 * @param topic what its prompts are about, where that is one of its features; null for none
 * @param changes every step of its life, oldest first; null in lists
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PromptRule(
    @JsonProperty("id") String id,
    @JsonProperty("object") String object,
    @JsonProperty("service") String service,
    @JsonProperty("features") List<String> features,
    @JsonProperty("origin") String origin,
    @JsonProperty("policy") @Nullable String policy,
    @JsonProperty("stage") String stage,
    @JsonProperty("since") String since,
    @JsonProperty("pinned") boolean pinned,
    @JsonProperty("matched") long matched,
    @JsonProperty("failed") long failed,
    @JsonProperty("stopped") long stopped,
    @JsonProperty("created_at") String createdAt,
    @JsonProperty("last_seen_at") String lastSeenAt,
    @JsonProperty("outlook") String outlook,
    @JsonProperty("found") @Nullable Found found,
    @JsonProperty("topic") @Nullable Topic topic,
    @JsonProperty("changes") @Nullable List<Change> changes) {

  /**
   * Figures of mining.
   *
   * @param failed jobs with the features that failed by their input
   * @param matched jobs with the features
   * @param lift how many times as often they failed as all jobs did
   * @param leastPrecision lower bound of the share that fails, one-sided, 95 %
   * @param falseDiscovery highest probability that such a rule is found where there is none
   */
  public record Found(
      @JsonProperty("failed") int failed,
      @JsonProperty("matched") int matched,
      @JsonProperty("lift") double lift,
      @JsonProperty("least_precision") double leastPrecision,
      @JsonProperty("false_discovery") double falseDiscovery) {}

  /**
   * What prompts are about, whatever their words.
   *
   * @param words that are more frequent in them than in others; empty where they share none
   * @param prompts different ones that were about it when it was found
   * @param model that compares prompts by meaning, of one language
   */
  public record Topic(
      @JsonProperty("words") List<String> words,
      @JsonProperty("prompts") int prompts,
      @JsonProperty("model") String model) {}

  /**
   * One step of its life.
   *
   * @param actor name of an operator's key, {@code learning}, or {@code policy}
   * @param from stage before; null for its beginning
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Change(
      @JsonProperty("at") String at,
      @JsonProperty("actor") String actor,
      @JsonProperty("from") @Nullable String from,
      @JsonProperty("to") String to,
      @JsonProperty("pinned") boolean pinned,
      @JsonProperty("reason") String reason) {}
}

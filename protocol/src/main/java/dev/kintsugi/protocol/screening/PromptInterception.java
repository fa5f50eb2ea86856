package dev.kintsugi.protocol.screening;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * How many failures learned rules kept from a GPU, and how many good prompts they stopped.
 *
 * @param stopped prompts that rules stopped
 * @param unmeasured of them those of rules of which nothing that was let through has ended yet
 * @param intercepted of those stopped how many would have failed, by what was let through
 * @param failed jobs that ran and failed by their input
 * @param good jobs that ran and went well
 * @param rate failures kept from a GPU, of all that would have been; null where there were none
 * @param falsePositives good prompts that were stopped, of all good ones; null where there were
 *     none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record PromptInterception(
    @JsonProperty("stopped") long stopped,
    @JsonProperty("unmeasured") long unmeasured,
    @JsonProperty("intercepted") Interval intercepted,
    @JsonProperty("failed") long failed,
    @JsonProperty("good") long good,
    @JsonProperty("rate") @Nullable Interval rate,
    @JsonProperty("false_positives") @Nullable Interval falsePositives) {

  /**
   * A number that is not known exactly.
   *
   * @param low lower bound; both hold together in 95 of 100 cases or more
   * @param high upper bound
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Interval(
      @JsonProperty("value") double value,
      @JsonProperty("low") double low,
      @JsonProperty("high") double high) {}
}

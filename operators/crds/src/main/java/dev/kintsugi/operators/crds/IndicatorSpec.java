package dev.kintsugi.operators.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/**
 * What is measured, and when it is good.
 *
 * @param atLeast lower bound; null for none
 * @param atMost upper bound, of a latency a duration such as {@code 60s}; null for none
 * @param query PromQL
 */
@ValidationRule(
    value =
        "!(self.type in ['errorRate', 'renderSuccess', 'availability', 'interceptionRate',"
            + " 'promptFalsePositives']) || (!has(self.atLeast) && !has(self.atMost))",
    message =
        "spec.indicator: errorRate, renderSuccess, availability, interceptionRate and"
            + " promptFalsePositives have no bounds")
@ValidationRule(
    value =
        "self.type != 'latency' || (!has(self.atLeast)"
            + " && (!has(self.atMost) || self.atMost.matches('^[1-9][0-9]{0,5}[smh]$')))",
    message = "spec.indicator: a latency has only atMost, a positive duration such as 60s")
@ValidationRule(
    value =
        "!(self.type in ['cost', 'gpuUtilization', 'gpuMemory', 'stepRateDrop', 'prometheus'])"
            + " || ((!has(self.atLeast) || self.atLeast.matches('^-?[0-9]{1,9}([.][0-9]{1,9})?$'))"
            + " && (!has(self.atMost) || self.atMost.matches('^-?[0-9]{1,9}([.][0-9]{1,9})?$')))",
    message = "spec.indicator: bounds must be numbers such as \"0.08\"")
@ValidationRule(
    value =
        "self.type == 'prometheus'"
            + " ? has(self.query) && (has(self.atLeast) || has(self.atMost)) : !has(self.query)",
    message = "spec.indicator: prometheus needs a query and a bound, no other type has a query")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record IndicatorSpec(
    @JsonProperty("type")
        @Required
        @JsonPropertyDescription(
            "latency: from submission to the answer. errorRate: jobs that failed. renderSuccess:"
                + " jobs answered with the video that was asked for. cost: US dollars per"
                + " 720p-class video. availability: some node can take work. gpuUtilization and"
                + " gpuMemory: percent of a device. stepRateDrop: percent a node is slower than"
                + " the service's usual pace. interceptionRate: failing prompts that learned rules"
                + " kept from a GPU. promptFalsePositives: good prompts that were not stopped."
                + " prometheus: the answer to a query.")
        Type type,
    @JsonProperty("atLeast")
        @Size(max = 24)
        @JsonPropertyDescription("Lower bound of a good value. Default: 20 for gpuUtilization.")
        @Nullable String atLeast,
    @JsonProperty("atMost")
        @Size(max = 24)
        @JsonPropertyDescription(
            "Upper bound of a good value. Default: 60s for latency, 0.08 for cost, 95 for"
                + " gpuUtilization, 90 for gpuMemory, 30 for stepRateDrop.")
        @Nullable String atMost,
    @JsonProperty("query")
        @Size(min = 1, max = 4096)
        @JsonPropertyDescription(
            "PromQL with one number as its answer, asked of the control plane's Prometheus.")
        @Nullable String query) {

  /** Indicators, by the names the control plane knows them under. */
  public enum Type {
    @JsonProperty("latency")
    LATENCY("latency"),
    @JsonProperty("errorRate")
    ERROR_RATE("errorRate"),
    @JsonProperty("renderSuccess")
    RENDER_SUCCESS("renderSuccess"),
    @JsonProperty("cost")
    COST("cost"),
    @JsonProperty("availability")
    AVAILABILITY("availability"),
    @JsonProperty("gpuUtilization")
    GPU_UTILIZATION("gpuUtilization"),
    @JsonProperty("gpuMemory")
    GPU_MEMORY("gpuMemory"),
    @JsonProperty("stepRateDrop")
    STEP_RATE_DROP("stepRateDrop"),
    @JsonProperty("interceptionRate")
    INTERCEPTION_RATE("interceptionRate"),
    @JsonProperty("promptFalsePositives")
    PROMPT_FALSE_POSITIVES("promptFalsePositives"),
    @JsonProperty("prometheus")
    PROMETHEUS("prometheus");

    private final String wireName;

    Type(String wireName) {
      this.wireName = wireName;
    }

    public String wireName() {
      return wireName;
    }
  }
}

package dev.kintsugi.operators.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the promise has come to, as the control plane counts it.
 *
 * @param objective in words, such as {@code 99% ≤ 60s}
 * @param current percent of good events; null without any
 * @param budgetLeft percent of the error budget; null without events
 * @param burn the fastest level that fires, or the fastest there is; null without events
 * @param value measured, such as {@code p99 41.2s}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ServiceLevelObjectiveStatus(
    @JsonProperty("observedGeneration")
        @JsonPropertyDescription("Generation of the spec this status is about.")
        @Nullable Long observedGeneration,
    @JsonProperty("state")
        @JsonPropertyDescription(
            "OK, Warning, Burning, Exhausted or NoData; machines read the conditions.")
        @Nullable String state,
    @JsonProperty("objective") @JsonPropertyDescription("The promise in words.")
        @Nullable String objective,
    @JsonProperty("current") @JsonPropertyDescription("Percent of good events in the window.")
        @Nullable String current,
    @JsonProperty("budgetLeft")
        @JsonPropertyDescription("Percent of the error budget that is left; below 0 overspent.")
        @Nullable String budgetLeft,
    @JsonProperty("burn")
        @JsonPropertyDescription(
            "How many times faster than allowed the budget is spent, in the window that matters.")
        @Nullable String burn,
    @JsonProperty("value") @JsonPropertyDescription("What was measured over the window.")
        @Nullable String value,
    @JsonProperty("events") @JsonPropertyDescription("Good and bad events in the window.")
        @Nullable Long events,
    @JsonProperty("conditions") List<StatusCondition> conditions,
    @JsonProperty("levels")
        @JsonPropertyDescription("Burn-rate alerts as derived from objective, window and traffic.")
        List<Level> levels,
    @JsonProperty("slices")
        @JsonPropertyDescription("The largest parts of the same window, at most 24.")
        List<Slice> slices) {

  public ServiceLevelObjectiveStatus {
    conditions = conditions == null ? List.of() : List.copyOf(conditions);
    levels = levels == null ? List.of() : List.copyOf(levels);
    slices = slices == null ? List.of() : List.copyOf(slices);
  }

  /** One burn-rate alert; rates are texts because the API has no fractions. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Level(
      @JsonProperty("name") @Required String name,
      @JsonProperty("window") @Required String window,
      @JsonProperty("shortWindow") @Required String shortWindow,
      @JsonProperty("burn") @Required String burn,
      @JsonProperty("limit") @Required @JsonPropertyDescription("Burn rate it fires at.")
          String limit,
      @JsonProperty("firing") @Required Boolean firing,
      @JsonProperty("falseAlerts")
          @Required
          @JsonPropertyDescription(
              "Upper bound of the number expected per window of the objective.")
          String falseAlerts,
      @JsonProperty("missed")
          @Required
          @JsonPropertyDescription("Probability that the burn it is for does not fire it.")
          String missed) {}

  /** One part of the events. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Slice(
      @JsonProperty("by") @Required String by,
      @JsonProperty("name") @Required String name,
      @JsonProperty("events") @Required Long events,
      @JsonProperty("current") @Required String current) {}
}

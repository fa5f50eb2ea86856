package dev.kintsugi.protocol.fleet;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an objective has come to: answer of {@code GET /fleet/v1/objectives/{namespace}/{name}}.
 *
 * @param observedGeneration generation of the objective in force
 * @param state {@code OK}, {@code Warning}, {@code Burning}, {@code Exhausted} or {@code NoData}
 * @param reason one word of the contract
 * @param message the reason in numbers
 * @param evaluatedAt RFC 3339; null before the first evaluation
 * @param events good and bad, of the whole window
 * @param bad of them; a degraded answer may count in part
 * @param current share of good events; null without any
 * @param currentLow where the share is estimated, it is hardly less; null where it is counted
 * @param currentHigh it is hardly more; null likewise
 * @param budgetLeft 1 untouched, 0 spent, below 0 overspent; null without events
 * @param value measured, in the indicator's unit; null where it measures none
 * @param valueIs what it is: {@code quantile} (from logarithmic buckets, within 1 %) or {@code
 *     mean}; null with the value
 * @param eventsPerSecond the levels were derived for
 * @param levels fastest first; one is left out while the traffic is too low for it to fire
 * @param slices the same window by revision, pool and tenant
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ObjectiveEvidence(
    @JsonProperty("uid") String uid,
    @JsonProperty("observed_generation") long observedGeneration,
    @JsonProperty("state") String state,
    @JsonProperty("reason") String reason,
    @JsonProperty("message") String message,
    @JsonProperty("evaluated_at") @Nullable String evaluatedAt,
    @JsonProperty("events") long events,
    @JsonProperty("bad") double bad,
    @JsonProperty("current") @Nullable Double current,
    @JsonProperty("current_low") @Nullable Double currentLow,
    @JsonProperty("current_high") @Nullable Double currentHigh,
    @JsonProperty("budget_left") @Nullable Double budgetLeft,
    @JsonProperty("value") @Nullable Double value,
    @JsonProperty("value_is") @Nullable String valueIs,
    @JsonProperty("events_per_second") double eventsPerSecond,
    @JsonProperty("levels") List<Level> levels,
    @JsonProperty("slices") List<Slice> slices) {

  public ObjectiveEvidence {
    levels = levels == null ? List.of() : List.copyOf(levels);
    slices = slices == null ? List.of() : List.copyOf(slices);
  }

  /**
   * A burn-rate alert as derived, and what its window holds.
   *
   * @param name {@code page-fast}, {@code page-slow} or {@code ticket}
   * @param burn rate over the window; 1 spends the budget exactly by the end of the objective's
   * @param shortBurn rate over the short window
   * @param limit rate it fires at
   * @param clears rate of the short window below which it does not fire
   * @param detects rate that is found with a probability of at least {@code 1 - missed}
   * @param bad events in the window
   * @param needed bad events that would fire it
   * @param falseAlerts upper bound of the number expected per objective window
   * @param missed probability that a burn of {@code detects} over a whole window does not fire
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Level(
      @JsonProperty("name") String name,
      @JsonProperty("window_seconds") long windowSeconds,
      @JsonProperty("short_window_seconds") long shortWindowSeconds,
      @JsonProperty("burn") double burn,
      @JsonProperty("short_burn") double shortBurn,
      @JsonProperty("limit") double limit,
      @JsonProperty("clears") double clears,
      @JsonProperty("detects") double detects,
      @JsonProperty("bad") double bad,
      @JsonProperty("needed") long needed,
      @JsonProperty("firing") boolean firing,
      @JsonProperty("false_alerts") double falseAlerts,
      @JsonProperty("missed") double missed) {}

  /**
   * A part of the events.
   *
   * @param by {@code revision}, {@code pool} or {@code tenant}
   * @param name of the part; empty for jobs that no node ever took
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Slice(
      @JsonProperty("by") String by,
      @JsonProperty("name") String name,
      @JsonProperty("events") long events,
      @JsonProperty("bad") double bad,
      @JsonProperty("current") double current,
      @JsonProperty("value") @Nullable Double value) {}
}

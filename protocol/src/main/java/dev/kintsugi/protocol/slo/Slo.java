package dev.kintsugi.protocol.slo;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.kintsugi.protocol.fleet.ObjectiveEvidence;
import dev.kintsugi.protocol.fleet.ServiceObjective;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An objective and what it has come to.
 *
 * @param id {@code namespace/name}
 * @param service {@code namespace/name}
 * @param history one entry an hour, oldest first; null in a list
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Slo(
    @JsonProperty("id") String id,
    @JsonProperty("object") String object,
    @JsonProperty("service") String service,
    @JsonProperty("objective") ServiceObjective objective,
    @JsonProperty("evidence") ObjectiveEvidence evidence,
    @JsonProperty("history") @Nullable List<Past> history) {

  /**
   * How it stood at the last evaluation of an hour.
   *
   * @param hour RFC 3339, its beginning
   * @param burn the worst burn rate; null without events
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Past(
      @JsonProperty("hour") String hour,
      @JsonProperty("state") String state,
      @JsonProperty("events") long events,
      @JsonProperty("bad") double bad,
      @JsonProperty("current") @Nullable Double current,
      @JsonProperty("budget_left") @Nullable Double budgetLeft,
      @JsonProperty("burn") @Nullable Double burn) {}
}

package dev.kintsugi.operators.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is promised.
 *
 * @param objective percent of good events, such as {@code "99.5"}; null means as the indicator does
 * @param window such as {@code 12h} or {@code 30d}
 * @param degraded null means as the indicator does
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ServiceLevelObjectiveSpec(
    @JsonProperty("service")
        @Required
        @Size(min = 1, max = 40)
        @JsonPropertyDescription("Name of a DiffusionService of this namespace.")
        String service,
    @JsonProperty("indicator") @Required @JsonPropertyDescription("What is measured.")
        IndicatorSpec indicator,
    @JsonProperty("objective")
        @Size(max = 9)
        @ValidationRule(
            value = "self.matches('^[0-9]{1,2}([.][0-9]{1,6})?$') && double(self) > 0.0",
            message = "spec.objective must be a percentage above 0 and below 100, such as \"99.5\"")
        @JsonPropertyDescription(
            "Percent of events that are good, above 0 and below 100, such as \"99.5\". Default:"
                + " 99, or 98 for renderSuccess, or 95 for cost and for resources, or 67 for"
                + " interceptionRate, or 99.5 for promptFalsePositives.")
        @Nullable String objective,
    @JsonProperty("window")
        @Default("30d")
        @Size(max = 5)
        @ValidationRule(
            value =
                "self.matches('^[1-9][0-9]{0,3}[hd]$') && int(self.substring(0, size(self) - 1)) <="
                    + " (self.endsWith('h') ? 2160 : 90)",
            message = "spec.window must be 1h to 2160h or 1d to 90d")
        @JsonPropertyDescription("Over which the error budget is counted: 1h to 90d.")
        String window,
    @JsonProperty("degraded")
        @JsonPropertyDescription(
            "How an answer counts that is less than what was asked. Default: half for"
                + " renderSuccess, good for every other indicator.")
        @Nullable Degraded degraded,
    @JsonProperty("alerting")
        @JsonPropertyDescription("Rules for the Prometheus Operator, where it is installed.")
        AlertingSpec alerting) {

  static final String DEFAULT_WINDOW = "30d";

  public ServiceLevelObjectiveSpec {
    window = Objects.requireNonNullElse(window, DEFAULT_WINDOW);
    alerting = Objects.requireNonNullElseGet(alerting, AlertingSpec::defaults);
  }

  /** Everything but the service and the indicator's type as it is by default. */
  public static ServiceLevelObjectiveSpec of(String service, IndicatorSpec.Type type) {
    return new ServiceLevelObjectiveSpec(
        service,
        new IndicatorSpec(type, null, null, null),
        null,
        DEFAULT_WINDOW,
        null,
        AlertingSpec.defaults());
  }

  /** How a degraded answer counts. */
  public enum Degraded {
    @JsonProperty("good")
    GOOD,
    @JsonProperty("half")
    HALF,
    @JsonProperty("bad")
    BAD
  }

  /**
   * Which alerts are written as rules.
   *
   * @param page for a budget that burns fast or is spent
   * @param ticket for one that burns slowly
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record AlertingSpec(
      @JsonProperty("page")
          @Default("true")
          @JsonPropertyDescription("Rules of severity page: the budget burns fast, or is spent.")
          Boolean page,
      @JsonProperty("ticket")
          @Default("true")
          @JsonPropertyDescription("Rules of severity ticket: the budget will not last.")
          Boolean ticket) {

    public AlertingSpec {
      page = Objects.requireNonNullElse(page, true);
      ticket = Objects.requireNonNullElse(ticket, true);
    }

    static AlertingSpec defaults() {
      return new AlertingSpec(true, true);
    }
  }
}

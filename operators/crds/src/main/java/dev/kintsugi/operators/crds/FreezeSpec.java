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

/** A time in which no rollout goes on. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FreezeSpec(
    @JsonProperty("schedule")
        @Required
        @Size(max = 100)
        @ValidationRule(
            value = "self.matches('^[^ ]+( [^ ]+){4}$')",
            message = "freeze.schedule must be cron with five fields, such as '0 18 * * FRI'")
        @JsonPropertyDescription(
            "When it begins, as cron with five fields: minute, hour, day of month, month, day of"
                + " week; '0 18 * * FRI' is each Friday at 18:00.")
        String schedule,
    @JsonProperty("duration")
        @Required
        @Size(max = 8)
        @ValidationRule(
            value = Durations.RULE + " && duration(self) <= duration('2160h')",
            message =
                "freeze.duration must be a positive duration such as 90m or 62h, at most 2160h")
        @JsonPropertyDescription("How long it lasts.")
        String duration,
    @JsonProperty("timeZone")
        @Default("UTC")
        @Size(min = 1, max = 64)
        @JsonPropertyDescription("Of the schedule, such as Europe/Berlin.")
        String timeZone,
    @JsonProperty("reason") @Size(max = 200) @JsonPropertyDescription("For people.")
        @Nullable String reason) {

  public FreezeSpec {
    timeZone = Objects.requireNonNullElse(timeZone, "UTC");
  }
}

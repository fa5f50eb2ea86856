package dev.kintsugi.operators.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a new revision takes over.
 *
 * @param steps weights in percent, strictly rising; the last is 100
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RolloutSpec(
    @JsonProperty("steps")
        @Size(min = 1, max = 20)
        @ValidationRule(value = STEPS_RULE, message = STEPS_MESSAGE)
        @JsonPropertyDescription(
            "Percent of the jobs that the new revision gets, step by step; strictly rising, from 1"
                + " to 100. [100] replaces everything at once when the new pods are ready.")
        List<Integer> steps,
    @JsonProperty("analysis") @JsonPropertyDescription("How sure a verdict must be.")
        AnalysisSpec analysis,
    @JsonProperty("bake")
        @Default("10m")
        @Size(max = 8)
        @ValidationRule(
            value = Durations.RULE,
            message = "bake must be a positive duration such as 90s, 15m or 2h")
        @JsonPropertyDescription(
            "The new revision is watched, and a warm pod of the old one kept, so long after it"
                + " carries everything.")
        String bake,
    @JsonProperty("maxSurge")
        @Default("1")
        @Min(0)
        @Max(1)
        @JsonPropertyDescription(
            "Pods above the wanted number while slots are swapped, 0 or 1. With 0 one pod of the"
                + " old revision goes first; a service of one pod always needs one more.")
        Integer maxSurge,
    @JsonProperty("revisionHistoryLimit")
        @Default("10")
        @Min(0)
        @Max(100)
        @JsonPropertyDescription("Rollouts that are kept after their end.")
        Integer revisionHistoryLimit,
    @JsonProperty("freeze")
        @Size(max = 20)
        @JsonPropertyDescription(
            "Times in which no rollout goes to its next step or is promoted. A rollback goes on at"
                + " any time.")
        List<FreezeSpec> freeze) {

  static final String STEPS_RULE =
      "self.isSorted() && self.all(a, a >= 1 && a <= 100 && self.exists_one(b, b == a)) &&"
          + " self[size(self) - 1] == 100";
  static final String STEPS_MESSAGE = "steps must rise strictly, from at least 1 to 100";
  static final List<Integer> DEFAULT_STEPS = List.of(1, 5, 25, 50, 100);

  public RolloutSpec {
    steps = orDefault(steps);
    analysis = Objects.requireNonNullElseGet(analysis, AnalysisSpec::defaults);
    bake = Objects.requireNonNullElse(bake, "10m");
    maxSurge = Objects.requireNonNullElse(maxSurge, 1);
    revisionHistoryLimit = Objects.requireNonNullElse(revisionHistoryLimit, 10);
    freeze = freeze == null ? List.of() : List.copyOf(freeze);
  }

  static List<Integer> orDefault(@Nullable List<Integer> steps) {
    return steps == null || steps.isEmpty() ? DEFAULT_STEPS : List.copyOf(steps);
  }

  /** As the schema defaults it. */
  public static RolloutSpec defaults() {
    return of(DEFAULT_STEPS, "10m");
  }

  /** Everything but the steps and the bake as the schema defaults it. */
  public static RolloutSpec of(List<Integer> steps, String bake) {
    return new RolloutSpec(steps, AnalysisSpec.defaults(), bake, 1, 10, List.of());
  }
}

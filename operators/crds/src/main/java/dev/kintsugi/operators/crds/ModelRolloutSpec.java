package dev.kintsugi.operators.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * From what to what, and how. The service's {@code spec.rollout} as it was when the rollout began;
 * a person may change what is not immutable.
 *
 * @param replicas pods of each pool when it began, of both revisions together
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ModelRolloutSpec(
    @JsonProperty("service")
        @Required
        @Size(max = 40)
        @ValidationRule(value = "self == oldSelf", message = "spec.service is immutable")
        @JsonPropertyDescription("Name of the DiffusionService.")
        String service,
    @JsonProperty("from") @Required @JsonPropertyDescription("What served before.") Revision from,
    @JsonProperty("to") @Required @JsonPropertyDescription("What is tried.") Revision to,
    @JsonProperty("replicas")
        @Required
        @JsonPropertyDescription("Pods of each pool when it began, of both revisions together.")
        Map<String, Integer> replicas,
    @JsonProperty("steps")
        @Required
        @Size(min = 1, max = 20)
        @ValidationRule(value = RolloutSpec.STEPS_RULE, message = RolloutSpec.STEPS_MESSAGE)
        @ValidationRule(value = "self == oldSelf", message = "spec.steps is immutable")
        @JsonPropertyDescription("Percent of the jobs that the new revision gets, step by step.")
        List<Integer> steps,
    @JsonProperty("analysis") @JsonPropertyDescription("How sure a verdict must be.")
        AnalysisSpec analysis,
    @JsonProperty("bake")
        @Default("10m")
        @Size(max = 8)
        @ValidationRule(
            value = Durations.RULE,
            message = "spec.bake must be a positive duration such as 90s, 15m or 2h")
        @JsonPropertyDescription("Watched so long after it carries everything.")
        String bake,
    @JsonProperty("maxSurge")
        @Default("1")
        @Min(0)
        @Max(1)
        @JsonPropertyDescription("Pods above the wanted number while slots are swapped.")
        Integer maxSurge,
    @JsonProperty("paused")
        @Default("false")
        @JsonPropertyDescription("Nothing moves while it is true, except back.")
        Boolean paused) {

  public ModelRolloutSpec {
    replicas = replicas == null ? Map.of() : Map.copyOf(replicas);
    steps = RolloutSpec.orDefault(steps);
    analysis = Objects.requireNonNullElseGet(analysis, AnalysisSpec::defaults);
    bake = Objects.requireNonNullElse(bake, "10m");
    maxSurge = Objects.requireNonNullElse(maxSurge, 1);
    paused = Objects.requireNonNullElse(paused, false);
  }

  /**
   * Everything a pod is made from, so that an undo can bring it back.
   *
   * @param revision its name
   * @param gpuHourUsd what a slot of it cost when the rollout began; null where nobody said
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Revision(
      @JsonProperty("revision")
          @Required
          @Size(max = 63)
          @ValidationRule(value = "self == oldSelf", message = "a revision's name is immutable")
          @JsonPropertyDescription("Name of the revision.")
          String revision,
      @JsonProperty("model") @Required @JsonPropertyDescription("spec.model of the service.")
          ModelSpec model,
      @JsonProperty("runtime") @JsonPropertyDescription("spec.runtime of the service.")
          RuntimeSpec runtime,
      @JsonProperty("warmup") @JsonPropertyDescription("spec.warmup of the service.")
          DiffusionServiceSpec.WarmupSpec warmup,
      @JsonProperty("gpuHourUsd")
          @Size(max = 12)
          @ValidationRule(
              value = CostSpec.PRICE_RULE,
              message = "gpuHourUsd must be a number below 10000 such as \"2.49\"")
          @JsonPropertyDescription(
              "spec.cost.gpuHourUsd of the service, for the comparison of cost.")
          @Nullable String gpuHourUsd) {

    public Revision {
      runtime = Objects.requireNonNullElseGet(runtime, RuntimeSpec::defaults);
      warmup = Objects.requireNonNullElseGet(warmup, DiffusionServiceSpec.WarmupSpec::defaults);
    }

    public static Revision of(String name, DiffusionServiceSpec spec) {
      CostSpec cost = spec.cost();
      return new Revision(
          name,
          spec.model(),
          spec.runtime(),
          spec.warmup(),
          cost == null ? null : cost.gpuHourUsd());
    }

    /** The service with the pods of this revision. */
    public DiffusionServiceSpec in(DiffusionServiceSpec spec) {
      return new DiffusionServiceSpec(
          model,
          runtime,
          spec.pools(),
          spec.replicas(),
          spec.scaling(),
          warmup,
          spec.deadline(),
          spec.tenants(),
          spec.degradation(),
          spec.rollout(),
          cost(spec.cost()),
          spec.probe());
    }

    /** Its own price, so that a later rollout still knows it. */
    private @Nullable CostSpec cost(@Nullable CostSpec current) {
      return current == null || gpuHourUsd == null
          ? current
          : new CostSpec(gpuHourUsd, current.spotDiscount());
    }

    /** The spec asks for these pods, under whatever name. */
    public boolean sameAs(DiffusionServiceSpec spec) {
      return model.equals(spec.model())
          && runtime.equals(spec.runtime())
          && warmup.equals(spec.warmup());
    }
  }
}

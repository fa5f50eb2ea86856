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
import io.fabric8.kubernetes.model.annotation.SpecReplicas;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is asked for. Every default is in the schema as well as here, so that an object read from an
 * older API server means the same.
 *
 * @param deadline duration such as {@code 90s}, {@code 15m} or {@code 2h}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DiffusionServiceSpec(
    @JsonProperty("model")
        @Required
        @JsonPropertyDescription(
            "The model that is served. A change of version, source or digest"
                + " makes a new revision, which takes over as spec.rollout says.")
        ModelSpec model,
    @JsonProperty("runtime")
        @JsonPropertyDescription("How a pod of this service runs. A change replaces the pods.")
        RuntimeSpec runtime,
    @JsonProperty("pools")
        @Required
        @Size(min = 1, max = 16)
        @JsonPropertyDescription("Groups of pods, each on its own kind of machine.")
        List<PoolSpec> pools,
    @JsonProperty("replicas")
        @SpecReplicas
        @Default("1")
        @Min(0)
        @Max(16000)
        @JsonPropertyDescription(
            "Pods over all pools, for kubectl scale and autoscalers. Every pool gets its"
                + " minReplicas; the rest goes to the pools in their order, each up to its"
                + " maxReplicas.")
        Integer replicas,
    @JsonProperty("scaling") @JsonPropertyDescription("What an autoscaler is told of the load.")
        ScalingSpec scaling,
    @JsonProperty("warmup")
        @JsonPropertyDescription(
            "How long a pod may take until it is ready. A change replaces the" + " pods.")
        WarmupSpec warmup,
    @JsonProperty("deadline")
        @Default("15m")
        @Size(max = 8)
        @ValidationRule(
            value = Durations.RULE,
            message = "spec.deadline must be a positive duration such as 90s, 15m or 2h")
        @JsonPropertyDescription(
            "Answer promised within, for jobs that name no deadline: a"
                + " positive duration such as 90s, 15m or 2h.")
        String deadline,
    @JsonProperty("tenants")
        @Size(max = 256)
        @JsonPropertyDescription("Names of the tenants that may use the service. Empty means all.")
        List<String> tenants,
    @JsonProperty("degradation")
        @JsonPropertyDescription("What a customer gets when what was asked cannot be made in time.")
        DegradationSpec degradation,
    @JsonProperty("rollout")
        @JsonPropertyDescription("How a new revision takes over. A change is for the next one.")
        RolloutSpec rollout,
    @JsonProperty("cost")
        @JsonPropertyDescription(
            "What a GPU costs. Default: the control plane's own price, if any.")
        @Nullable CostSpec cost,
    @JsonProperty("probe")
        @JsonPropertyDescription(
            "Every node makes a small standard clip again and again, on a slot that no customer"
                + " needs; one that fails gets no jobs until it passes.")
        ProbeSpec probe) {

  static final String DEFAULT_DEADLINE = "15m";

  public DiffusionServiceSpec {
    runtime = Objects.requireNonNullElseGet(runtime, RuntimeSpec::defaults);
    pools = pools == null ? List.of() : List.copyOf(pools);
    replicas = Objects.requireNonNullElse(replicas, 1);
    scaling = Objects.requireNonNullElseGet(scaling, ScalingSpec::defaults);
    warmup = Objects.requireNonNullElseGet(warmup, WarmupSpec::defaults);
    deadline = Objects.requireNonNullElse(deadline, DEFAULT_DEADLINE);
    tenants = tenants == null ? List.of() : List.copyOf(tenants);
    degradation = Objects.requireNonNullElseGet(degradation, DegradationSpec::defaults);
    rollout = Objects.requireNonNullElseGet(rollout, RolloutSpec::defaults);
    probe = Objects.requireNonNullElseGet(probe, ProbeSpec::defaults);
  }

  /** Everything but the model and the pools as the schema defaults it. */
  public static DiffusionServiceSpec of(ModelSpec model, List<PoolSpec> pools) {
    return new DiffusionServiceSpec(
        model,
        RuntimeSpec.defaults(),
        pools,
        1,
        ScalingSpec.defaults(),
        WarmupSpec.defaults(),
        DEFAULT_DEADLINE,
        List.of(),
        DegradationSpec.defaults(),
        RolloutSpec.defaults(),
        null,
        ProbeSpec.defaults());
  }

  /** The same service with another number of pods. */
  public DiffusionServiceSpec withReplicas(int number) {
    return new DiffusionServiceSpec(
        model,
        runtime,
        pools,
        number,
        scaling,
        warmup,
        deadline,
        tenants,
        degradation,
        rollout,
        cost,
        probe);
  }

  /**
   * Bounds of the start of a pod.
   *
   * @param timeout a pod that does not answer within it is restarted
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record WarmupSpec(
      @JsonProperty("timeout")
          @Default("5m")
          @Size(max = 8)
          @ValidationRule(
              value = Durations.RULE,
              message = "spec.warmup.timeout must be a positive duration such as 90s, 15m or 2h")
          @JsonPropertyDescription(
              "A pod that is not ready within it counts as failed in" + " Progressing.")
          String timeout) {

    static final String DEFAULT_TIMEOUT = "5m";

    public WarmupSpec {
      timeout = Objects.requireNonNullElse(timeout, DEFAULT_TIMEOUT);
    }

    static WarmupSpec defaults() {
      return new WarmupSpec(DEFAULT_TIMEOUT);
    }
  }
}

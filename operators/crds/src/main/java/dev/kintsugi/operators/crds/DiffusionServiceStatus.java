package dev.kintsugi.operators.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.kubernetes.model.annotation.LabelSelector;
import io.fabric8.kubernetes.model.annotation.StatusReplicas;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is there.
 *
 * @param phase one word for people; decide on conditions
 * @param ready ready pods of the asked, such as {@code 3/3}
 * @param revision the revision that gets most new jobs; null before there is one
 * @param slo the worst state of the service's objectives, such as {@code Burning 1/3}; null without
 *     any
 * @param stableRevision that was ready and is not on trial; null before there is one
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DiffusionServiceStatus(
    @JsonProperty("observedGeneration")
        @JsonPropertyDescription("Generation of the spec this status is about.")
        @Nullable Long observedGeneration,
    @JsonProperty("phase")
        @JsonPropertyDescription("One word for people; machines read the conditions.")
        @Nullable String phase,
    @JsonProperty("ready") @JsonPropertyDescription("Ready pods of the asked, such as 3/3.")
        @Nullable String ready,
    @JsonProperty("replicas")
        @StatusReplicas
        @JsonPropertyDescription("Pods asked for, over all pools.")
        @Nullable Integer replicas,
    @JsonProperty("readyReplicas")
        @JsonPropertyDescription("Ready pods of the revision that gets new jobs.")
        @Nullable Integer readyReplicas,
    @JsonProperty("selector")
        @LabelSelector
        @JsonPropertyDescription("Label selector of the pods, for autoscalers.")
        @Nullable String selector,
    @JsonProperty("revision") @JsonPropertyDescription("The revision that gets most new jobs.")
        @Nullable String revision,
    @JsonProperty("stableRevision")
        @JsonPropertyDescription("The revision that a rollout goes back to.")
        @Nullable String stableRevision,
    @JsonProperty("rollout") @JsonPropertyDescription("Name of the newest ModelRollout.")
        @Nullable String rollout,
    @JsonProperty("canary")
        @JsonPropertyDescription("What the new revision of a rollout gets, such as 5%.")
        @Nullable String canary,
    @JsonProperty("slo")
        @JsonPropertyDescription(
            "The worst state of the service's ServiceLevelObjectives, such as OK or Burning 1/3.")
        @Nullable String slo,
    @JsonProperty("conditions") List<StatusCondition> conditions,
    @JsonProperty("nodes") @JsonPropertyDescription("Every pod, as pushed to the control plane.")
        List<NodeState> nodes) {

  public DiffusionServiceStatus {
    conditions = conditions == null ? List.of() : List.copyOf(conditions);
    nodes = nodes == null ? List.of() : List.copyOf(nodes);
  }

  /** One pod. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record NodeState(
      @JsonProperty("name") @Required String name,
      @JsonProperty("pool") @Required String pool,
      @JsonProperty("revision") @Required String revision,
      @JsonProperty("ready") @Required boolean ready,
      @JsonProperty("draining") @Required boolean draining) {}
}

package dev.kintsugi.operators.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.Toleration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a pod runs.
 *
 * @param image null means the image the operator was installed with
 * @param drainTimeout a pod that stops, or is replaced, waits at most this long for its job
 * @param faultInjection opens the fault port of the service's nodes
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RuntimeSpec(
    @JsonProperty("image")
        @Size(min = 1, max = 512)
        @JsonPropertyDescription(
            "Image of the inference node. Default: the one the operator was" + " installed with.")
        @Nullable String image,
    @JsonProperty("resources")
        @JsonPropertyDescription(
            "Requests and limits of the node's container; a GPU is asked for"
                + " here, such as limits: {nvidia.com/gpu: 1}.")
        @Nullable ResourceRequirements resources,
    @JsonProperty("env")
        @Size(max = 64)
        @JsonPropertyDescription(
            "Environment of the node's container, on top of what the operator" + " sets.")
        List<EnvVar> env,
    @JsonProperty("nodeSelector")
        @JsonPropertyDescription("Labels a Kubernetes node must have, for every pool.")
        Map<String, String> nodeSelector,
    @JsonProperty("tolerations")
        @Size(max = 64)
        @JsonPropertyDescription("Taints that every pool tolerates.")
        List<Toleration> tolerations,
    @JsonProperty("drainTimeout")
        @Default("2m")
        @Size(max = 8)
        @ValidationRule(
            value = Durations.RULE,
            message =
                "spec.runtime.drainTimeout must be a positive duration such as 90s, 15m or 2h")
        @JsonPropertyDescription(
            "Longest wait for a running job when a pod stops or is replaced;"
                + " after it the job is handed back and runs on another pod.")
        String drainTimeout,
    @JsonProperty("faultInjection")
        @Default("false")
        @JsonPropertyDescription(
            "Lets whoever reaches a pod's port break it on purpose, at /node/faults. For drills;"
                + " a change replaces the pods.")
        Boolean faultInjection) {

  static final String DEFAULT_DRAIN_TIMEOUT = "2m";

  public RuntimeSpec {
    env = env == null ? List.of() : List.copyOf(env);
    nodeSelector = nodeSelector == null ? Map.of() : Map.copyOf(nodeSelector);
    tolerations = tolerations == null ? List.of() : List.copyOf(tolerations);
    faultInjection = Objects.requireNonNullElse(faultInjection, false);
    drainTimeout = Objects.requireNonNullElse(drainTimeout, DEFAULT_DRAIN_TIMEOUT);
  }

  /** As the schema defaults it. */
  public static RuntimeSpec defaults() {
    return new RuntimeSpec(
        null, null, List.of(), Map.of(), List.of(), DEFAULT_DRAIN_TIMEOUT, false);
  }
}

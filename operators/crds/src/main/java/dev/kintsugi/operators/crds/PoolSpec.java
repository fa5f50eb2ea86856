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
import io.fabric8.kubernetes.api.model.Toleration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A group of equal pods.
 *
 * @param spot its machines may be reclaimed: batch work goes there first
 * @param minReplicas pods at least
 * @param maxReplicas pods at most; null means {@code minReplicas}
 */
@ValidationRule(
    value = "!has(self.maxReplicas) || self.minReplicas <= self.maxReplicas",
    message = "spec.pools[].maxReplicas must not be below spec.pools[].minReplicas",
    fieldPath = ".maxReplicas")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PoolSpec(
    @JsonProperty("name")
        @Required
        @Size(max = 16)
        @ValidationRule(
            value = "self.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
            message =
                "spec.pools[].name must be lower-case letters, digits and '-', start with a letter"
                    + " and end with a letter or digit")
        @JsonPropertyDescription("Name of the pool, unique in the service.")
        String name,
    @JsonProperty("spot")
        @Default("false")
        @JsonPropertyDescription(
            "Its machines may be reclaimed at short notice; batch work goes" + " there first.")
        Boolean spot,
    @JsonProperty("minReplicas")
        @Default("1")
        @Min(0)
        @Max(1000)
        @JsonPropertyDescription("Pods at least.")
        Integer minReplicas,
    @JsonProperty("maxReplicas")
        @Min(0)
        @Max(1000)
        @JsonPropertyDescription(
            "Pods at most. Between the two the number follows from spec.replicas."
                + " Default: minReplicas.")
        @Nullable Integer maxReplicas,
    @JsonProperty("nodeSelector")
        @JsonPropertyDescription(
            "Labels a Kubernetes node must have, on top of" + " runtime.nodeSelector.")
        Map<String, String> nodeSelector,
    @JsonProperty("tolerations")
        @Size(max = 64)
        @JsonPropertyDescription("Taints this pool tolerates, on top of runtime.tolerations.")
        List<Toleration> tolerations) {

  public PoolSpec {
    spot = Objects.requireNonNullElse(spot, false);
    minReplicas = Objects.requireNonNullElse(minReplicas, 1);
    nodeSelector = nodeSelector == null ? Map.of() : Map.copyOf(nodeSelector);
    tolerations = tolerations == null ? List.of() : List.copyOf(tolerations);
  }

  /** A pool of a fixed size on any machine. */
  public static PoolSpec of(String name, int replicas) {
    return new PoolSpec(name, false, replicas, null, Map.of(), List.of());
  }
}

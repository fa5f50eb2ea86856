package dev.kintsugi.operators.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.Objects;

/**
 * Bounds of the metric {@code video_qps}, in jobs per second and pod.
 *
 * @param target the {@code averageValue} of the service's HorizontalPodAutoscaler
 * @param scaleDownBelow no pod is given up while each has this much
 */
@ValidationRule(
    value = "!has(self.scaleDownBelow) || !has(self.target) || self.scaleDownBelow <= self.target",
    message = "spec.scaling.scaleDownBelow must not be above spec.scaling.target",
    fieldPath = ".scaleDownBelow")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ScalingSpec(
    @JsonProperty("target")
        @Default("3")
        @Min(value = 0, inclusive = false)
        @Max(1000)
        @JsonPropertyDescription(
            "Jobs per second and pod: the averageValue of the autoscaler on video_qps.")
        Double target,
    @JsonProperty("scaleDownBelow")
        @Default("1.5")
        @Min(0)
        @Max(1000)
        @JsonPropertyDescription(
            "Jobs per second and pod: until each pod has less, video_qps is told so that an"
                + " autoscaler keeps them all.")
        Double scaleDownBelow) {

  static final double DEFAULT_TARGET = 3;
  static final double DEFAULT_SCALE_DOWN_BELOW = 1.5;

  public ScalingSpec {
    target = Objects.requireNonNullElse(target, DEFAULT_TARGET);
    scaleDownBelow = Objects.requireNonNullElse(scaleDownBelow, DEFAULT_SCALE_DOWN_BELOW);
  }

  static ScalingSpec defaults() {
    return new ScalingSpec(DEFAULT_TARGET, DEFAULT_SCALE_DOWN_BELOW);
  }
}

package dev.kintsugi.operators.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.Objects;

/**
 * What a slot of this service costs. An attempt costs what it held its slot, at the price of the
 * moment it began.
 *
 * @param gpuHourUsd US dollars an hour
 * @param spotDiscount part of it that a spot pool saves
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CostSpec(
    @JsonProperty("gpuHourUsd")
        @Required
        @Size(max = 12)
        @ValidationRule(
            value = CostSpec.PRICE_RULE,
            message = "spec.cost.gpuHourUsd must be a number below 10000 such as \"2.49\"")
        @JsonPropertyDescription("US dollars that one slot costs an hour, such as \"2.49\".")
        String gpuHourUsd,
    @JsonProperty("spotDiscount")
        @Default("0")
        @Size(max = 8)
        @ValidationRule(
            value = "self.matches('^(0([.][0-9]{1,6})?|1)$')",
            message = "spec.cost.spotDiscount must be 0 to 1 such as \"0.6\"")
        @JsonPropertyDescription("Part of the price that a spot pool saves, 0 to 1.")
        String spotDiscount) {

  static final String NO_DISCOUNT = "0";
  static final String PRICE_RULE = "self.matches('^[0-9]{1,4}([.][0-9]{1,6})?$')";

  public CostSpec {
    spotDiscount = Objects.requireNonNullElse(spotDiscount, NO_DISCOUNT);
  }
}

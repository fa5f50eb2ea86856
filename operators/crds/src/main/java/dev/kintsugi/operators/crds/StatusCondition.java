package dev.kintsugi.operators.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;

/**
 * One condition, in the shape every Kubernetes tool knows ({@code kubectl wait} included).
 *
 * @param status {@code True}, {@code False} or {@code Unknown}
 * @param reason one word, part of the contract
 * @param lastTransitionTime RFC 3339, when the status (not the reason) last changed
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StatusCondition(
    @JsonProperty("type") @Required String type,
    @JsonProperty("status") @Required String status,
    @JsonProperty("observedGeneration") Long observedGeneration,
    @JsonProperty("lastTransitionTime")
        @Required
        @JsonPropertyDescription("When the status, not only the reason, last changed.")
        String lastTransitionTime,
    @JsonProperty("reason") @Required String reason,
    @JsonProperty("message") @Required String message) {}

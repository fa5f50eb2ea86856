package dev.kintsugi.protocol.rollout;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/** The 500 rollouts decided on last, by namespace and service, the newest of a service first. */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record RolloutList(
    @JsonProperty("object") String object, @JsonProperty("data") List<RolloutView> data) {}

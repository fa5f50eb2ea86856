package dev.kintsugi.protocol.rollout;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.kintsugi.protocol.fleet.ServiceEvidence.RolloutEvidence;

/**
 * A rollout and its newest evidence.
 *
 * @param name of the ModelRollout
 * @param service the DiffusionService, in the same namespace
 * @param weight of the canary, in percent
 * @param startedAt RFC 3339
 * @param active the service's state names it now; the evidence of any other is that of its last
 *     decision
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record RolloutView(
    @JsonProperty("namespace") String namespace,
    @JsonProperty("name") String name,
    @JsonProperty("service") String service,
    @JsonProperty("stable") String stable,
    @JsonProperty("canary") String canary,
    @JsonProperty("step") int step,
    @JsonProperty("steps") int steps,
    @JsonProperty("weight") int weight,
    @JsonProperty("promoted") boolean promoted,
    @JsonProperty("started_at") String startedAt,
    @JsonProperty("active") boolean active,
    @JsonProperty("evidence") RolloutEvidence evidence) {}

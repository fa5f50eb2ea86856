package dev.kintsugi.protocol.node;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One injected fault: item of {@code GET /node/faults} and of the node's status.
 *
 * @param id chosen by the node
 * @param fault as it was asked for, with everything left out filled in
 * @param acted times it acted
 * @param effect what it did last, one sentence; null when it has not acted
 * @param endsAt when it ends at the latest
 * @param endedAt null while it is armed
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record FaultStatus(
    @JsonProperty("id") String id,
    @JsonProperty("fault") FaultSpec fault,
    @JsonProperty("acted") int acted,
    @JsonProperty("effect") @Nullable String effect,
    @JsonProperty("started_at") Instant startedAt,
    @JsonProperty("ends_at") Instant endsAt,
    @JsonProperty("ended_at") @Nullable Instant endedAt) {}

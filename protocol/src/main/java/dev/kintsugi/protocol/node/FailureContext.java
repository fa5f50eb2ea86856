package dev.kintsugi.protocol.node;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where an attempt was when it failed, enough to do it again: the request itself is known to
 * whoever sent it.
 *
 * @param stage phase in which it failed
 * @param expert {@code high}, {@code low} or {@code lite} while denoising
 * @param step denoise steps done
 * @param digest SHA-256 of the model's manifest without its quality limits
 * @param device readings at that moment
 * @param xid NVIDIA's number of a GPU fault
 * @param quality statistics of the rejected clip by name
 * @param fault id of the injected fault that did it; null for a real one
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record FailureContext(
    @JsonProperty("stage") AttemptPhase stage,
    @JsonProperty("expert") @Nullable String expert,
    @JsonProperty("step") int step,
    @JsonProperty("steps") int steps,
    @JsonProperty("model") String model,
    @JsonProperty("version") String version,
    @JsonProperty("digest") String digest,
    @JsonProperty("device") NodeStatus.@Nullable DeviceReadings device,
    @JsonProperty("xid") @Nullable Integer xid,
    @JsonProperty("quality") @Nullable Map<String, Double> quality,
    @JsonProperty("fault") @Nullable String fault) {}

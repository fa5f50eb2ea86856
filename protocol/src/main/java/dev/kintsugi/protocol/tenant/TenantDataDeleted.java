package dev.kintsugi.protocol.tenant;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.Map;

/**
 * Answer of {@code DELETE /ops/v1/tenants/{name}/data}.
 *
 * @param removed how many of which, such as videos and prompts of cases
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record TenantDataDeleted(
    @JsonProperty("object") String object,
    @JsonProperty("tenant") String tenant,
    @JsonProperty("removed") Map<String, Long> removed,
    @JsonProperty("at") @JsonFormat(shape = JsonFormat.Shape.STRING) Instant at) {}

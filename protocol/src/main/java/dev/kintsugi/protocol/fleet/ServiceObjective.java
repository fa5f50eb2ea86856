package dev.kintsugi.protocol.fleet;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * One objective of one service: body of {@code PUT /fleet/v1/objectives/{namespace}/{name}}. The
 * control plane keeps the newest {@code (uid, generation)} and refuses older ones with {@code
 * stale_generation}.
 *
 * @param uid of the ServiceLevelObjective: a new uid is a new objective
 * @param generation the resource's generation
 * @param service name of the DiffusionService, in the same namespace
 * @param indicator such as {@code latency}, {@code errorRate} or {@code renderSuccess}
 * @param atLeast lower bound of a good value, in the indicator's unit: seconds, US dollars or
 *     percent; null for none
 * @param atMost upper bound of a good value; null for none
 * @param query PromQL of the {@code prometheus} indicator; null for every other
 * @param degraded how a degraded answer counts: {@code good}, {@code half} or {@code bad}; null
 *     means as the indicator does
 * @param target share of good events promised, above 0 and below 1
 * @param windowSeconds over which the budget is counted, 3,600 to 7,776,000
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ServiceObjective(
    @JsonProperty("uid") String uid,
    @JsonProperty("generation") long generation,
    @JsonProperty("service") String service,
    @JsonProperty("indicator") String indicator,
    @JsonProperty("at_least") @Nullable Double atLeast,
    @JsonProperty("at_most") @Nullable Double atMost,
    @JsonProperty("query") @Nullable String query,
    @JsonProperty("degraded") @Nullable String degraded,
    @JsonProperty("target") double target,
    @JsonProperty("window_seconds") long windowSeconds) {}

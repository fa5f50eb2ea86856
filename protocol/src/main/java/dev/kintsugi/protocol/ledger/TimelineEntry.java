package dev.kintsugi.protocol.ledger;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One thing that happened to a job or its case.
 *
 * @param kind {@code event}, {@code attempt_started}, {@code attempt_ended}, {@code case}, {@code
 *     replay}, {@code replay_verdict} or {@code family_status}
 * @param attempt number of the attempt it belongs to, from 1; null where it belongs to none
 * @param text one line for people
 * @param data the same by name
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TimelineEntry(
    @JsonProperty("at") @JsonFormat(shape = JsonFormat.Shape.STRING) Instant at,
    @JsonProperty("kind") String kind,
    @JsonProperty("attempt") @Nullable Integer attempt,
    @JsonProperty("text") String text,
    @JsonProperty("data") Map<String, String> data) {}

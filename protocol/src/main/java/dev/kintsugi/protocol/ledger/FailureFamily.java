package dev.kintsugi.protocol.ledger;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Near-identical failures.
 *
 * @param id {@code fam_} and 16 hex digits, made of the fingerprint
 * @param fingerprint what the cases have in common, by name
 * @param status {@code open}, {@code explained}, {@code fixed} or {@code regressed}
 * @param note why the status was set
 * @param cases counted since the family was first seen, those too old to be kept included
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record FailureFamily(
    @JsonProperty("id") String id,
    @JsonProperty("object") String object,
    @JsonProperty("fingerprint") Map<String, String> fingerprint,
    @JsonProperty("status") String status,
    @JsonProperty("status_at") @JsonFormat(shape = JsonFormat.Shape.STRING) Instant statusAt,
    @JsonProperty("note") @Nullable String note,
    @JsonProperty("cases") long cases,
    @JsonProperty("first_seen") @JsonFormat(shape = JsonFormat.Shape.STRING) Instant firstSeen,
    @JsonProperty("last_seen") @JsonFormat(shape = JsonFormat.Shape.STRING) Instant lastSeen) {}

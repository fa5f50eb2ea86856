package dev.kintsugi.protocol.ledger;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Near-identical failures.
 *
 * @param id {@code fam_} and 16 hex digits, made of the fingerprint where nobody split it off
 * @param fingerprint what the cases have in common, by name
 * @param status {@code open}, {@code explained}, {@code fixed} or {@code regressed}
 * @param note why the status was set
 * @param mergedInto the family that it counts to; null for one of its own
 * @param links what people joined it with, families merged into it included
 * @param cases counted since the family was first seen, those too old to be kept and those of
 *     families merged into it included
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record FailureFamily(
    @JsonProperty("id") String id,
    @JsonProperty("object") String object,
    @JsonProperty("fingerprint") Map<String, String> fingerprint,
    @JsonProperty("status") String status,
    @JsonProperty("status_at") @JsonFormat(shape = JsonFormat.Shape.STRING) Instant statusAt,
    @JsonProperty("note") @Nullable String note,
    @JsonProperty("merged_into") @Nullable String mergedInto,
    @JsonProperty("links") List<Link> links,
    @JsonProperty("cases") long cases,
    @JsonProperty("first_seen") @JsonFormat(shape = JsonFormat.Shape.STRING) Instant firstSeen,
    @JsonProperty("last_seen") @JsonFormat(shape = JsonFormat.Shape.STRING) Instant lastSeen) {

  /**
   * Where more is said.
   *
   * @param kind {@code job}, {@code rollout} or {@code runbook}
   * @param ref id of a video, namespace/name of a rollout, or id of a runbook
   * @param addedBy id of the operator's key
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Link(
      @JsonProperty("kind") String kind,
      @JsonProperty("ref") String ref,
      @JsonProperty("added_by") String addedBy,
      @JsonProperty("added_at") @JsonFormat(shape = JsonFormat.Shape.STRING) Instant addedAt) {}
}

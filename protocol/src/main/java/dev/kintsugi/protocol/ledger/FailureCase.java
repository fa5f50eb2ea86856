package dev.kintsugi.protocol.ledger;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One failure: item of {@code GET /ops/v1/cases}.
 *
 * @param id {@code case_} and 32 hex digits; ids sort by the time of recording
 * @param kind {@code failed_attempt}, {@code degraded}, {@code rejected_result}, {@code
 *     recovered_fault}, {@code job_failed}, {@code rollback}, {@code probe_failed} or {@code
 *     prompt_stopped}
 * @param failureClass name of a failure class such as {@code OOM}; {@code PROMPT_REJECTED} for a
 *     prompt that was stopped, which is no failure
 * @param attribution what the fault is blamed on
 * @param rung step of the recovery ladder the attempt was on; empty for the job as asked
 * @param stage phase it failed in; null when the attempt never ran
 * @param attemptId null when it is about the job as a whole
 * @param videoId for a prompt that was stopped and a probe, which have no video, what stands for it
 * @param service {@code namespace/name}; empty when the job was deleted first
 * @param version of the model; the revision where the node did not say
 * @param digest SHA-256 of the model's manifest; empty where the node did not say
 * @param occurredAt when it happened
 * @param recordedAt when it was written down
 * @param times the same prompt was stopped by the same rule; 1 for every other kind
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record FailureCase(
    @JsonProperty("id") String id,
    @JsonProperty("object") String object,
    @JsonProperty("kind") String kind,
    @JsonProperty("failure_class") String failureClass,
    @JsonProperty("attribution") String attribution,
    @JsonProperty("rung") String rung,
    @JsonProperty("stage") @Nullable String stage,
    @JsonProperty("message") String message,
    @JsonProperty("family_id") String familyId,
    @JsonProperty("video_id") String videoId,
    @JsonProperty("attempt_id") @Nullable String attemptId,
    @JsonProperty("tenant") String tenant,
    @JsonProperty("service") String service,
    @JsonProperty("model") String model,
    @JsonProperty("node") String node,
    @JsonProperty("revision") String revision,
    @JsonProperty("version") String version,
    @JsonProperty("digest") String digest,
    @JsonProperty("trace_id") String traceId,
    @JsonProperty("occurred_at") @JsonFormat(shape = JsonFormat.Shape.STRING) Instant occurredAt,
    @JsonProperty("recorded_at") @JsonFormat(shape = JsonFormat.Shape.STRING) Instant recordedAt,
    @JsonProperty("times") long times) {}

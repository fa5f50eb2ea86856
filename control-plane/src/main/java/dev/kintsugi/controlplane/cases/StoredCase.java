package dev.kintsugi.controlplane.cases;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A row of the ledger.
 *
 * @param kind wire name of a {@link NewCase.Kind}
 * @param service {@code namespace/name}; empty when the job was deleted before the case was written
 * @param stage phase it failed in; null when the attempt never ran
 * @param version of the model, the revision where the node did not say
 * @param digest of the model's manifest; empty where the node did not say
 * @param context {@link dev.kintsugi.protocol.node.FailureContext}; null when it never ran
 * @param details what else whoever saw it told
 * @param features {@link dev.kintsugi.core.ledger.Features} of the input by name
 * @param attempts the job's attempts up to then
 * @param recordedAt when the row was written
 * @param times it happened; more than once only for a prompt that was stopped
 */
record StoredCase(
    UUID id,
    String family,
    String kind,
    String jobId,
    @Nullable String attemptId,
    String tenant,
    String service,
    String model,
    String failureClass,
    String attribution,
    String rung,
    @Nullable String stage,
    String message,
    String nodeId,
    String revision,
    String version,
    String digest,
    String traceId,
    @Nullable JsonNode context,
    JsonNode details,
    JsonNode features,
    JsonNode attempts,
    Instant occurredAt,
    Instant recordedAt,
    long times) {}

package dev.kintsugi.protocol.screening;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * A prompt that is not held again. Its text is not kept, only a digest of it.
 *
 * @param id {@code exception_} and a number
 * @param object {@code prompt.exception}
 * @param service {@code namespace/name}
 * @param fingerprint SHA-256 of the prompt as it reads, 64 hex digits
 * @param review id of the review that it comes from
 * @param createdBy id of an operator's key
 * @param revokedAt RFC 3339; null while it is in force
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PromptException(
    @JsonProperty("id") String id,
    @JsonProperty("object") String object,
    @JsonProperty("service") String service,
    @JsonProperty("fingerprint") String fingerprint,
    @JsonProperty("review") String review,
    @JsonProperty("created_at") String createdAt,
    @JsonProperty("created_by") String createdBy,
    @JsonProperty("note") String note,
    @JsonProperty("revoked_at") @Nullable String revokedAt,
    @JsonProperty("revoked_by") @Nullable String revokedBy) {}

package dev.kintsugi.protocol.ledger;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One thing that was done to a family: item of {@code GET /ops/v1/families/{id}/history}.
 *
 * @param action {@code status}, {@code note}, {@code merged} into the subject, {@code absorbed} the
 *     subject, {@code parted} from it, {@code released} it, {@code split} into it, {@code
 *     split_from} it, {@code linked} or {@code unlinked}
 * @param actor id of the operator's key, or {@code ledger}
 * @param subject the other family, or kind and ref of the link; null for none
 * @param note why; null where nobody said it
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record FailureFamilyChange(
    @JsonProperty("at") @JsonFormat(shape = JsonFormat.Shape.STRING) Instant at,
    @JsonProperty("action") String action,
    @JsonProperty("actor") String actor,
    @JsonProperty("from") String from,
    @JsonProperty("to") String to,
    @JsonProperty("subject") @Nullable String subject,
    @JsonProperty("note") @Nullable String note) {}

package dev.kintsugi.protocol.ledger;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of families, last seen first; follow with {@code after=last_id} while {@code has_more}.
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record FailureFamilyList(
    @JsonProperty("object") String object,
    @JsonProperty("data") List<FailureFamily> data,
    @JsonProperty("first_id") @Nullable String firstId,
    @JsonProperty("last_id") @Nullable String lastId,
    @JsonProperty("has_more") boolean hasMore) {}

package dev.kintsugi.protocol.ledger;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One page of cases; follow with {@code after=last_id} while {@code has_more}. */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record FailureCaseList(
    @JsonProperty("object") String object,
    @JsonProperty("data") List<FailureCase> data,
    @JsonProperty("first_id") @Nullable String firstId,
    @JsonProperty("last_id") @Nullable String lastId,
    @JsonProperty("has_more") boolean hasMore) {}

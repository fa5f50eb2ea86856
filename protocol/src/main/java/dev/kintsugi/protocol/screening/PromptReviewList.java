package dev.kintsugi.protocol.screening;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of reviews.
 *
 * @param object {@code list}
 * @param lastId to go on with as {@code after} while there is more
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record PromptReviewList(
    @JsonProperty("object") String object,
    @JsonProperty("data") List<PromptReview> data,
    @JsonProperty("first_id") @Nullable String firstId,
    @JsonProperty("last_id") @Nullable String lastId,
    @JsonProperty("has_more") boolean hasMore) {}

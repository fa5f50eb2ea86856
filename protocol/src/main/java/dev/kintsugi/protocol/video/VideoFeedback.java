package dev.kintsugi.protocol.video;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * What a customer thinks of a video.
 *
 * @param rating 1 to 5, more is better
 * @param createdAt seconds since the epoch
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record VideoFeedback(
    @JsonProperty("video_id") String videoId,
    @JsonProperty("object") String object,
    @JsonProperty("rating") int rating,
    @JsonProperty("comment") @Nullable String comment,
    @JsonProperty("created_at") long createdAt) {}

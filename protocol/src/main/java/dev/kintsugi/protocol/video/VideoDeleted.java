package dev.kintsugi.protocol.video;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Answer to a delete. */
public record VideoDeleted(
    @JsonProperty("id") String id,
    @JsonProperty("object") String object,
    @JsonProperty("deleted") boolean deleted) {

  public static VideoDeleted of(String id) {
    return new VideoDeleted(id, "video.deleted", true);
  }
}

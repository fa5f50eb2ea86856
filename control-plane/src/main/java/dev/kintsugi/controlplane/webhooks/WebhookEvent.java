package dev.kintsugi.controlplane.webhooks;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.protocol.video.Video;
import dev.kintsugi.protocol.video.VideoStatus;
import java.time.Instant;
import java.util.Objects;

/**
 * Body of a webhook: an OpenAI event and a Standard Webhooks payload at once.
 *
 * @param type {@code video.completed} or {@code video.failed}
 * @param createdAt seconds since the epoch
 * @param timestamp the same in ISO 8601
 */
record WebhookEvent(
    @JsonProperty("id") String id,
    @JsonProperty("object") String object,
    @JsonProperty("type") String type,
    @JsonProperty("created_at") long createdAt,
    @JsonProperty("timestamp") String timestamp,
    @JsonProperty("data") Video data) {

  static WebhookEvent of(Job job, Video video) {
    Instant ended = Objects.requireNonNullElse(job.completedAt(), job.createdAt());
    String type = job.status() == VideoStatus.COMPLETED ? "video.completed" : "video.failed";
    return new WebhookEvent(
        "evt_" + key(job), "event", type, ended.getEpochSecond(), ended.toString(), video);
  }

  /** The same for every replica that announces the job. */
  static String messageId(Job job) {
    return "msg_" + key(job);
  }

  private static String key(Job job) {
    return job.id().substring(job.id().indexOf('_') + 1);
  }
}

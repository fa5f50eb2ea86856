package dev.kintsugi.controlplane.videos;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.kintsugi.controlplane.queue.JobEvent;
import dev.kintsugi.controlplane.queue.Progress;
import dev.kintsugi.protocol.video.VideoStatus;
import org.jspecify.annotations.Nullable;

/**
 * Data of one server-sent event.
 *
 * @param sequence also the event's id
 * @param createdAt seconds since the epoch
 * @param phase also the event's name: queued, started, encoding_text, denoising, decoding,
 *     encoding, completed or failed
 * @param expert {@code high}, {@code low} or {@code lite} while denoising
 * @param step denoise steps done, of {@code steps}
 * @param progress 0..100
 * @param attempt from 1; 0 before the first
 * @param detail why the last attempt ended, or why the video failed; of a queued one {@code
 *     held_for_review} or {@code approved} where a person decides
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record VideoEvent(
    @JsonProperty("id") String id,
    @JsonProperty("object") String object,
    @JsonProperty("sequence") long sequence,
    @JsonProperty("created_at") long createdAt,
    @JsonProperty("status") VideoStatus status,
    @JsonProperty("phase") String phase,
    @JsonProperty("expert") @Nullable String expert,
    @JsonProperty("step") @Nullable Integer step,
    @JsonProperty("steps") @Nullable Integer steps,
    @JsonProperty("progress") @Nullable Integer progress,
    @JsonProperty("attempt") int attempt,
    @JsonProperty("detail") @Nullable String detail) {

  static VideoEvent of(String jobId, JobEvent event) {
    Progress progress = event.progress();
    return new VideoEvent(
        jobId,
        "video.event",
        event.sequence(),
        event.at().getEpochSecond(),
        event.status(),
        phase(event),
        progress == null ? null : progress.expert(),
        progress == null ? null : progress.step(),
        progress == null ? null : progress.steps(),
        progress == null ? null : progress.percent(),
        event.attempt(),
        event.detail());
  }

  private static String phase(JobEvent event) {
    return switch (event.status()) {
      case QUEUED -> "queued";
      case COMPLETED -> "completed";
      case FAILED -> "failed";
      case IN_PROGRESS ->
          event.progress() == null ? "started" : event.progress().phase().wireName();
    };
  }
}

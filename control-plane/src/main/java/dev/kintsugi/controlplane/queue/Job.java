package dev.kintsugi.controlplane.queue;

import dev.kintsugi.core.recovery.Plan;
import dev.kintsugi.protocol.screening.PromptScreening;
import dev.kintsugi.protocol.video.Priority;
import dev.kintsugi.protocol.video.VideoStatus;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A job as stored.
 *
 * @param id {@code video_} and 32 hex digits; ids of a tenant sort by creation time
 * @param progress 0..100
 * @param cost predicted GPU seconds
 * @param startedAt first claim; null while it never ran
 * @param completedAt end of the job, whether completed or failed
 * @param expiresAt instant after which its files may be pruned; set when completed
 * @param error set when failed
 * @param result set when completed
 * @param attempts attempts begun so far
 * @param sequence number of its newest event
 * @param plan of its newest or next attempt; null means as asked
 * @param gpuSeconds its ended attempts held a slot
 * @param costUsd of those of them that ran at a known price; null where none did
 * @param screening what was said of its prompt; null when it was simply taken
 * @param decideBy until when a person decides on it; null when nobody has to
 * @param queuedAt when it was released; null before, and for a job that was never held
 */
public record Job(
    String id,
    String tenant,
    String service,
    String model,
    Priority priority,
    VideoStatus status,
    int progress,
    JobParameters parameters,
    @Nullable String user,
    @Nullable String webhookUrl,
    @Nullable String idempotencyKey,
    String requestHash,
    double cost,
    Instant createdAt,
    @Nullable Instant startedAt,
    @Nullable Instant completedAt,
    @Nullable Instant expiresAt,
    Instant deadline,
    @Nullable JobError error,
    @Nullable Result result,
    int attempts,
    long sequence,
    String traceId,
    @Nullable Plan plan,
    double gpuSeconds,
    @Nullable Double costUsd,
    @Nullable PromptScreening screening,
    @Nullable Instant decideBy,
    @Nullable Instant queuedAt) {

  /** It waits for a person, not for a node; or it ended while it did. */
  public boolean unreleased() {
    return decideBy != null && queuedAt == null;
  }

  /** It waits for a person. */
  public boolean held() {
    return unreleased() && !status.terminal();
  }

  /** Since when the service could have worked on it. */
  public Instant waitingSince() {
    return queuedAt == null ? createdAt : queuedAt;
  }

  /**
   * Why a job failed.
   *
   * @param code wire name of an {@link dev.kintsugi.protocol.error.ErrorCode}
   * @param message one sentence for people
   */
  public record JobError(String code, String message) {}
}

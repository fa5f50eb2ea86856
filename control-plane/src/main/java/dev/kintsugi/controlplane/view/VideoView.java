package dev.kintsugi.controlplane.view;

import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.JobParameters;
import dev.kintsugi.controlplane.queue.Result;
import dev.kintsugi.protocol.video.Video;
import jakarta.inject.Singleton;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Turns a stored job into the Video object. */
@Singleton
public final class VideoView {

  public Video of(Job job) {
    JobParameters asked = job.parameters();
    Result result = job.result();
    Job.JobError error = job.error();
    return new Video(
        job.id(),
        "video",
        job.model(),
        job.status(),
        job.progress(),
        job.createdAt().getEpochSecond(),
        seconds(job.completedAt()),
        seconds(job.expiresAt()),
        asked.prompt(),
        asked.width() + "x" + asked.height(),
        asked.seconds(),
        null,
        error == null ? null : new Video.Failure(error.code(), error.message()),
        result == null ? null : delivered(job, result),
        result == null ? null : result.stageDurations(),
        result == null ? null : cost(job),
        job.traceId(),
        job.screening(),
        ReviewView.of(job));
  }

  private static Video.Delivered delivered(Job job, Result result) {
    boolean safe = job.screening() != null && job.screening().safeMode() != null;
    return safe ? result.delivered().inSafeMode() : result.delivered();
  }

  /** Of every attempt, to the millionth of a dollar. */
  private static @Nullable Double cost(Job job) {
    Double usd = job.costUsd();
    return usd == null ? null : Math.round(usd * 1e6) / 1e6;
  }

  private static @Nullable Long seconds(@Nullable Instant instant) {
    return instant == null ? null : instant.getEpochSecond();
  }
}

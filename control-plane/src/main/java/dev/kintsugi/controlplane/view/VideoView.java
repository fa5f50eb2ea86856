package dev.kintsugi.controlplane.view;

import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.JobParameters;
import dev.kintsugi.controlplane.queue.Result;
import dev.kintsugi.protocol.video.Video;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Turns a stored job into the Video object. */
@Singleton
public final class VideoView {

  private static final double SECONDS_PER_HOUR = 3600;

  private final double gpuHourUsd;

  /**
   * @param gpuHourUsd price of one slot for an hour; 0 leaves {@code cost_usd} out
   */
  VideoView(@Value("${kintsugi.gpu-hour-usd:0}") double gpuHourUsd) {
    this.gpuHourUsd = gpuHourUsd;
  }

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
        result == null ? null : result.delivered(),
        result == null ? null : result.stageDurations(),
        result == null || gpuHourUsd == 0 ? null : cost(result),
        job.traceId());
  }

  private double cost(Result result) {
    double usd = result.gpuSeconds() / SECONDS_PER_HOUR * gpuHourUsd;
    return Math.round(usd * 1e6) / 1e6;
  }

  private static @Nullable Long seconds(@Nullable Instant instant) {
    return instant == null ? null : instant.getEpochSecond();
  }
}

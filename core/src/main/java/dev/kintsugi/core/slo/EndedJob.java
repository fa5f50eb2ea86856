package dev.kintsugi.core.slo;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What an objective asks of an ended job.
 *
 * @param degraded answered with less than what was asked
 * @param rendered answered with a clip that a node made for this job
 * @param took from submission to the end
 * @param costUsd of all attempts; null where no price is known
 * @param classVideos its size in 720p-class videos
 */
public record EndedJob(
    End end,
    boolean degraded,
    boolean rendered,
    Duration took,
    @Nullable Double costUsd,
    double classVideos) {

  /** A 720p-class video: five seconds of 1280x720 at 16 frames per second. */
  public static final double CLASS_VIDEO_PIXELS = 1280.0 * 720 * 81;

  private static final double MILLIS = 1000;

  /** How a job ended. */
  public enum End {
    ANSWERED,
    FAILED,
    /** Taken back by the customer: it counts for nobody. */
    CANCELLED
  }

  /** Seconds from submission to the end. */
  double seconds() {
    return took.toMillis() / MILLIS;
  }
}

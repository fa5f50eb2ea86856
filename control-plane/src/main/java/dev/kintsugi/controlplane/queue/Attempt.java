package dev.kintsugi.controlplane.queue;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One try at a job, live or ended.
 *
 * @param id {@code attempt_} and 32 hex digits
 * @param number 1 for the first attempt of the job
 * @param leaseUntil end of the lease while live, null once ended
 * @param endedAt null while live
 * @param outcome null while live
 * @param message one sentence about a failure
 */
public record Attempt(
    String id,
    String jobId,
    int number,
    String nodeId,
    String revision,
    String replica,
    long fence,
    Instant startedAt,
    @Nullable Instant leaseUntil,
    @Nullable Instant endedAt,
    @Nullable String outcome,
    @Nullable String message) {

  /** Outcome of an attempt that made the video; every other outcome is a failure class. */
  public static final String COMPLETED = "COMPLETED";

  public boolean live() {
    return endedAt == null;
  }
}

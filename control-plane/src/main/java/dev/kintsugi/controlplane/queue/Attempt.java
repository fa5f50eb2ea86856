package dev.kintsugi.controlplane.queue;

import dev.kintsugi.core.recovery.Plan;
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
 * @param plan what was attempted; null means as asked
 * @param expert that worked last; null where none did
 * @param step denoise steps done
 * @param attribution who is to blame for a failure: name of an {@link
 *     dev.kintsugi.core.recovery.Attribution}
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
    @Nullable String message,
    @Nullable Plan plan,
    @Nullable String expert,
    int step,
    @Nullable String attribution) {

  /** Outcome of an attempt that made the video; every other outcome is a failure class. */
  public static final String COMPLETED = "COMPLETED";

  /** An attempt that was just claimed. */
  static Attempt begun(
      String id, Job job, ClaimRequest request, long fence, Instant now, Instant leaseUntil) {
    return new Attempt(
        id,
        job.id(),
        job.attempts(),
        request.nodeId(),
        request.revision(),
        request.replica(),
        fence,
        now,
        leaseUntil,
        null,
        null,
        null,
        job.plan(),
        null,
        0,
        null);
  }

  public boolean live() {
    return endedAt == null;
  }
}

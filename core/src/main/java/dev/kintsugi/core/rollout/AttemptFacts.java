package dev.kintsugi.core.rollout;

import dev.kintsugi.core.recovery.Attribution;
import dev.kintsugi.core.recovery.Cause;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One ended attempt of a rollout.
 *
 * @param cause why it made no video; null when it made one
 * @param blame what recovery blamed; null where it made a video or the customer cancelled it
 * @param deadline of its job
 * @param degraded it made less than was asked
 * @param pace seconds per predicted GPU second; NaN where it did not do the whole work as asked
 * @param score of the quality gate, higher is better; NaN likewise and where the gate gave none
 */
public record AttemptFacts(
    String attempt,
    String job,
    Arm arm,
    String node,
    Instant startedAt,
    Instant endedAt,
    @Nullable Cause cause,
    @Nullable Attribution blame,
    Instant deadline,
    boolean degraded,
    double pace,
    double score) {

  boolean completed() {
    return cause == null;
  }

  boolean late() {
    return endedAt.isAfter(deadline);
  }

  /** What was computed is wrong or too much, so the input may be to blame. */
  boolean ofInput() {
    return cause != null && (cause.ofContent() || cause == Cause.OOM);
  }

  Duration ran() {
    return Duration.between(startedAt, endedAt);
  }
}

package dev.kintsugi.controlplane.rollout;

import dev.kintsugi.core.rollout.ShadowPair;
import dev.kintsugi.core.rollout.ShadowPair.Ending;
import dev.kintsugi.core.rollout.ShadowPair.Likeness;
import dev.kintsugi.core.rollout.ShadowPair.Seconds;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A customer's video that a canary makes once more.
 *
 * @param canary the revision
 * @param video id of the customer's job
 * @param sha256 of the file that stable made
 * @param job id of the replay's; null until it is queued
 * @param note the failure, or why the clips could not be compared
 */
record Shadow(
    UUID id,
    RolloutKey key,
    String canary,
    String video,
    String sha256,
    Instant pickedAt,
    @Nullable String job,
    ShadowPair pair,
    @Nullable String note) {

  /** What came of the canary's half. */
  record Result(
      Ending ending, @Nullable String note, @Nullable Seconds canary, @Nullable Likeness likeness) {

    static Result without(Ending ending, @Nullable String note) {
      return new Result(ending, note, null, null);
    }
  }

  boolean open() {
    return pair.ending() == null;
  }
}

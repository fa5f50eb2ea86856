package dev.kintsugi.controlplane.reviews;

import dev.kintsugi.controlplane.queue.Ids;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.protocol.screening.ReviewStatus;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A review as stored.
 *
 * @param job whose prompt it is
 * @param service {@code namespace/name}
 * @param decision null while pending, and when it was withdrawn
 */
record StoredReview(
    UUID job,
    String service,
    String tenant,
    Instant heldAt,
    Instant decideBy,
    ReviewStatus status,
    @Nullable Decision decision) {

  private static final String PREFIX = "review_";

  /**
   * @param actor id of an operator's key, or {@link #DEADLINE}
   * @param note why; empty for none
   * @param exception number of the one that came of it
   */
  record Decision(
      ReviewStatus outcome, Instant at, String actor, String note, @Nullable Long exception) {

    /** Who decides when nobody does. */
    static final String DEADLINE = "deadline";
  }

  String id() {
    return id(job);
  }

  String video() {
    return Ids.job(job);
  }

  static String id(UUID job) {
    return PREFIX + Ids.hex(job);
  }

  static UUID job(Job job) {
    return Ids.parseJob(job.id()).orElseThrow();
  }

  /** The job of a review; empty for what is no id of one. */
  static Optional<UUID> parse(String id) {
    return Ids.parse(PREFIX, id);
  }
}

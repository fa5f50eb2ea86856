package dev.kintsugi.core.dispatch;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Attempts that a node runs although no live attempt of the queue says so: left by a dispatcher
 * that died between cancelling in the queue and at the node. They block slots, so they are stopped,
 * but only after a grace, because the two lists are read at different moments.
 *
 * @param cancel attempt ids to cancel at the node now
 * @param firstSeen unknown attempts still within the grace, and since when
 */
public record OrphanReview(List<String> cancel, Map<String, Instant> firstSeen) {

  public static final OrphanReview NOTHING = new OrphanReview(List.of(), Map.of());

  /** Compares one node's list with the queue's. */
  public OrphanReview next(List<String> running, Set<String> live, Duration grace, Instant now) {
    Map<String, Instant> waiting = new HashMap<>();
    List<String> due =
        running.stream()
            .filter(id -> !live.contains(id))
            .filter(
                id -> {
                  Instant since = firstSeen.getOrDefault(id, now);
                  boolean over = !since.plus(grace).isAfter(now);
                  if (!over) {
                    waiting.put(id, since);
                  }
                  return over;
                })
            .toList();
    return new OrphanReview(due, Map.copyOf(waiting));
  }
}

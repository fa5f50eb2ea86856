package dev.kintsugi.core.recovery;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything a recovery decision rests on.
 *
 * @param tried the job's failed attempts, oldest first; empty before the first
 * @param blame for the newest of them; null before the first
 * @param saved the newest checkpoint of the job; null when it has none
 * @param nodes of the service, usable or not
 * @param deadline instant the job must be answered by
 * @param ladder the service's steps in the order they are tried
 * @param cacheHit an earlier clip of the same prompt template can be delivered
 * @param requesterGone the job was cancelled or deleted
 * @param freshSeed the seed to use where another one is wanted
 */
public record Situation(
    Plan.Asked asked,
    List<Tried> tried,
    @Nullable Attribution blame,
    @Nullable Saved saved,
    List<NodeFacts> nodes,
    Instant deadline,
    List<Rung> ladder,
    boolean cacheHit,
    boolean requesterGone,
    int freshSeed) {

  public Situation {
    tried = List.copyOf(tried);
    nodes = List.copyOf(nodes);
    ladder = List.copyOf(ladder);
  }

  /**
   * A checkpoint and the run it is of.
   *
   * @param run plan of the attempt that made it
   */
  public record Saved(Plan.Checkpoint checkpoint, Plan run) {}

  /** Attempts that failed by a fault of their own. */
  int failures() {
    return (int) tried.stream().filter(t -> !t.cause().machine()).count();
  }

  /** Attempts that machines failed under. */
  int losses() {
    return tried.size() - failures();
  }

  double gpuSeconds() {
    return tried.stream().mapToDouble(Tried::gpuSeconds).sum();
  }

  /** Tries of a step that failed by a fault of their own. */
  int failuresAt(Rung rung) {
    return (int)
        tried.stream().filter(t -> t.plan().rung() == rung && !t.cause().machine()).count();
  }

  @Nullable Tried last() {
    return tried.isEmpty() ? null : tried.getLast();
  }
}

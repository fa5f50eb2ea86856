package dev.kintsugi.core.node;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Which finished attempts a node forgets. */
public final class Retention {

  private Retention() {}

  /**
   * A finished attempt whose files are kept.
   *
   * @param bytes size of its files
   */
  public record Kept(String id, Instant finishedAt, long bytes) {}

  /**
   * @param keepFor how long files wait to be fetched
   * @param minFreeBytes below this the oldest go first, before the disk is full
   */
  public record Policy(Duration keepFor, long minFreeBytes) {}

  /** Why an attempt is forgotten. */
  public enum Reason {
    EXPIRED,
    DISK_PRESSURE
  }

  /** One attempt to forget. */
  public record Prune(String id, Reason reason) {}

  /**
   * @param freeBytes space left on the disk now
   * @return what to forget, oldest first
   */
  public static List<Prune> decide(
      List<Kept> finished, Policy policy, long freeBytes, Instant now) {
    List<Prune> prunes = new ArrayList<>();
    long free = freeBytes;
    List<Kept> oldestFirst =
        finished.stream().sorted(Comparator.comparing(Kept::finishedAt)).toList();
    for (Kept kept : oldestFirst) {
      if (!now.isBefore(kept.finishedAt().plus(policy.keepFor()))) {
        prunes.add(new Prune(kept.id(), Reason.EXPIRED));
        free += kept.bytes();
      } else if (free < policy.minFreeBytes()) {
        prunes.add(new Prune(kept.id(), Reason.DISK_PRESSURE));
        free += kept.bytes();
      }
    }
    return List.copyOf(prunes);
  }
}

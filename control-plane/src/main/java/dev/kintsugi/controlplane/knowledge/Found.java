package dev.kintsugi.controlplane.knowledge;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What was found.
 *
 * @param hits best first
 */
public record Found(List<Hit> hits, State state) {

  /**
   * @param score the higher the better; null where nothing was asked that makes one better
   */
  public record Hit(UUID id, @Nullable Float score) {}

  /**
   * How much of the ledger the index has.
   *
   * @param indexed cases in it
   * @param total cases in the ledger when that was last counted
   * @param behind changes that it does not have yet
   */
  public record State(Phase phase, long indexed, long total, long behind) {}

  /** What the index can do. */
  public enum Phase {
    /** It is being built from the ledger and finds what it has so far. */
    BUILDING,
    /** It has all but the newest changes. */
    READY,
    /** It cannot be read or written; the log says why. */
    UNAVAILABLE
  }
}

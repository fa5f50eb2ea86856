package dev.kintsugi.core.dispatch;

/**
 * Version of a pushed service state. Within one uid, {@code (generation, sequence)} only grows; a
 * new uid is a new service of the same name and replaces the old one whatever its numbers.
 */
public record FleetVersion(String uid, long generation, long sequence) {

  /** What to do with a pushed state. */
  public enum Acceptance {
    /** Newer than what is stored: store it. */
    STORE,
    /** The very version that is stored: nothing to do. */
    UNCHANGED,
    /** Older than what is stored: refuse it. */
    STALE
  }

  /** Judges an incoming version against this stored one. */
  public Acceptance judge(FleetVersion incoming) {
    if (!uid.equals(incoming.uid)) {
      return Acceptance.STORE;
    }
    int order = Long.compare(incoming.generation, generation);
    if (order == 0) {
      order = Long.compare(incoming.sequence, sequence);
    }
    return order > 0 ? Acceptance.STORE : order == 0 ? Acceptance.UNCHANGED : Acceptance.STALE;
  }
}

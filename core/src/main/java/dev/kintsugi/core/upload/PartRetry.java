package dev.kintsugi.core.upload;

import java.time.Duration;
import java.util.List;

/** What follows a part that did not arrive. */
public sealed interface PartRetry {

  /** Waits before the first to the fifth repetition. */
  List<Duration> WAITS = List.of(1, 2, 4, 8, 16).stream().map(Duration::ofSeconds).toList();

  /** Why it was decided so. */
  Reason reason();

  /** Causes of both outcomes. */
  enum Reason {
    /** The connection broke or the store was busy. */
    MAY_PASS,
    /** The store refuses the request itself. */
    REFUSED,
    TRIES_EXHAUSTED
  }

  record Again(Reason reason, Duration pause) implements PartRetry {}

  record GiveUp(Reason reason, int tries) implements PartRetry {}

  /**
   * Decides after a try.
   *
   * @param tries made so far, this one included
   * @param mayPass false when the same request would be refused again
   */
  static PartRetry decide(int tries, boolean mayPass) {
    if (!mayPass) {
      return new GiveUp(Reason.REFUSED, tries);
    }
    return tries > WAITS.size()
        ? new GiveUp(Reason.TRIES_EXHAUSTED, tries)
        : new Again(Reason.MAY_PASS, WAITS.get(tries - 1));
  }
}

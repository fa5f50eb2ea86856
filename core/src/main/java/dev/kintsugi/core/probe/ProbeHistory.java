package dev.kintsugi.core.probe;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a node's probes came to so far.
 *
 * @param failures in a row, up to now
 * @param outSince when it went out of dispatch; null while it is in
 * @param nextAt when it is to be probed next
 * @param provenAt when it last completed a customer's job as asked; null before the first
 */
public record ProbeHistory(
    int failures, @Nullable Instant outSince, Instant nextAt, @Nullable Instant provenAt) {

  /** What an outcome changed. */
  public enum Change {
    NONE,
    /** Failed often enough: out of dispatch. */
    OUT,
    /** Made a video: in dispatch again. */
    BACK
  }

  /** The history after an outcome, and what that changed. */
  public record Step(ProbeHistory history, Change change) {}

  /**
   * Of a node just found. Its first probe comes somewhere within the first interval, so that nodes
   * which start together are not probed together.
   *
   * @param spread 0 to 1
   */
  public static ProbeHistory begun(ProbePolicy policy, double spread, Instant now) {
    return new ProbeHistory(0, null, now.plus(policy.part(spread)), null);
  }

  public boolean out() {
    return outSince != null;
  }

  /** The probe made a video that the node's quality gate let pass. */
  public Step passed(ProbePolicy policy, double spread, Instant now) {
    return good(now.plus(policy.next(spread)), provenAt);
  }

  /** It did not, or not in time. */
  public Step failed(ProbePolicy policy, double spread, Instant now) {
    int inARow = failures + 1;
    boolean falls = outSince == null && inARow >= policy.failures();
    Instant since = falls ? now : outSince;
    return new Step(
        new ProbeHistory(inARow, since, now.plus(policy.next(spread)), provenAt),
        falls ? Change.OUT : Change.NONE);
  }

  /** The probe was given up for a customer's job or by a node that leaves: it says nothing. */
  public Step yielded(ProbePolicy policy, Instant now) {
    Instant again = now.plus(policy.part(1.0 / ProbePolicy.YIELD_PART));
    return new Step(new ProbeHistory(failures, outSince, again, provenAt), Change.NONE);
  }

  /** A customer's job was completed as asked: as good as a probe, and it cost nothing extra. */
  public Step proven(Instant now) {
    return good(nextAt, now);
  }

  private Step good(Instant next, @Nullable Instant proven) {
    return new Step(new ProbeHistory(0, null, next, proven), out() ? Change.BACK : Change.NONE);
  }
}

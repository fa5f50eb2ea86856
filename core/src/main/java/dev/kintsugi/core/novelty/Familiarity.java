package dev.kintsugi.core.novelty;

import org.jspecify.annotations.Nullable;

/**
 * What the prompts of one service and language that went well have taught.
 *
 * @param known prompts that were counted
 * @param moments of their points
 * @param current what prompts are judged by; null while too few went well
 * @param next fitted later, and not yet with enough points held out to take over
 */
public record Familiarity(
    KnownPrompts known, Moments moments, @Nullable Fit current, @Nullable Fit next) {

  /**
   * A prompt that went well.
   *
   * @param id the same for the same prompt; all 64 bits evenly spread
   */
  public record Point(long id, float[] vector) {}

  public static Familiarity none(int dimensions) {
    return new Familiarity(KnownPrompts.none(), Moments.none(dimensions), null, null);
  }

  /** With one more prompt that went well; the same when it is known. */
  public Familiarity with(Point point, NoveltyPolicy policy) {
    if (known.has(point.id())) {
      return this;
    }
    Familiarity more =
        new Familiarity(
            known.with(point.id()),
            moments.with(point.vector(), policy.mostWeight()),
            heldOut(current, point, policy),
            heldOut(next, point, policy));
    return more.promoted(policy).fitted(policy);
  }

  /** What can be said now. */
  public Outlook outlook(NoveltyPolicy policy) {
    return current == null
        ? new Outlook.Unknown(moments.seen(), policy.least())
        : current.outlook(policy);
  }

  private static @Nullable Fit heldOut(@Nullable Fit fit, Point point, NoveltyPolicy policy) {
    return fit == null ? null : fit.heldOut(point.vector(), policy.keptDistances());
  }

  private Familiarity promoted(NoveltyPolicy policy) {
    return next != null && next.distances().length >= policy.leastHeldOut()
        ? new Familiarity(known, moments, next, null)
        : this;
  }

  private Familiarity fitted(NoveltyPolicy policy) {
    if (next != null || moments.seen() < due(policy)) {
      return this;
    }
    return Ellipsoid.of(moments)
        .map(
            ellipsoid ->
                new Familiarity(
                    known, moments, current, new Fit(moments.seen(), ellipsoid, new float[0])))
        .orElse(this);
  }

  private long due(NoveltyPolicy policy) {
    return current == null
        ? policy.leastFitted()
        : (long)
            Math.min(policy.growth() * current.seen(), current.seen() + policy.mostWeight() / 2.0);
  }
}

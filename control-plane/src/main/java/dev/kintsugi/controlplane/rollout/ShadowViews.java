package dev.kintsugi.controlplane.rollout;

import dev.kintsugi.core.rollout.MedianRatio;
import dev.kintsugi.core.rollout.ShadowPair;
import dev.kintsugi.core.rollout.ShadowPair.Ending;
import dev.kintsugi.core.rollout.ShadowSummary;
import dev.kintsugi.protocol.rollout.RolloutShadow;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Shadows as operators are told of them. */
final class ShadowViews {

  /** Of each interval, for good. */
  private static final double ALPHA = 0.05;

  private ShadowViews() {}

  /**
   * @param planned pairs that the rollout asks for now; 0 when it is over
   * @return null when none were asked for
   */
  static @Nullable RolloutShadow of(List<Shadow> shadows, int planned) {
    if (shadows.isEmpty() && planned == 0) {
      return null;
    }
    ShadowSummary summary = ShadowSummary.of(shadows.stream().map(Shadow::pair).toList(), ALPHA);
    return new RolloutShadow(
        Math.max(planned, shadows.size()),
        summary.waiting(),
        count(summary, Ending.MADE),
        count(summary, Ending.DEFECT),
        count(summary, Ending.FAILED),
        count(summary, Ending.NOT_RUN),
        count(summary, Ending.WITHDRAWN),
        count(summary, Ending.ABANDONED),
        number(summary.leastPsnrDb()),
        number(summary.medianPsnrDb()),
        ratio(summary.time()),
        ratio(summary.stepTime()),
        shadows.stream().map(ShadowViews::pair).toList());
  }

  private static int count(ShadowSummary summary, Ending ending) {
    return summary.ended().getOrDefault(ending, 0);
  }

  private static RolloutShadow.@Nullable Ratio ratio(Optional<MedianRatio> ratio) {
    return ratio
        .map(
            r ->
                new RolloutShadow.Ratio(
                    r.pairs(),
                    r.median(),
                    r.bounds().map(MedianRatio.Bounds::low).orElse(null),
                    r.bounds().map(MedianRatio.Bounds::high).orElse(null)))
        .orElse(null);
  }

  private static RolloutShadow.Pair pair(Shadow shadow) {
    ShadowPair pair = shadow.pair();
    ShadowPair.Seconds canary = pair.canary();
    ShadowPair.Likeness likeness = pair.likeness();
    return new RolloutShadow.Pair(
        shadow.video(),
        pair.ending() == null ? "waiting" : pair.ending().name().toLowerCase(Locale.ROOT),
        shadow.note(),
        pair.stable().total(),
        canary == null ? null : canary.total(),
        likeness == null ? null : likeness.psnrDb(),
        likeness == null ? null : likeness.leastPsnrDb());
  }

  private static @Nullable Double number(OptionalDouble value) {
    return value.isPresent() ? value.getAsDouble() : null;
  }
}

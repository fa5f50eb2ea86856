package dev.kintsugi.core.rollout;

import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a rollout's shadow came to.
 *
 * @param ended pairs by their ending; every ending is there
 * @param waiting pairs that the canary has still to make
 * @param leastPsnrDb of the pair that differs most; empty without a compared one
 * @param medianPsnrDb over pairs
 * @param time of the canary's attempts by stable's
 * @param stepTime the same of one denoise step
 */
public record ShadowSummary(
    Map<ShadowPair.Ending, Integer> ended,
    int waiting,
    OptionalDouble leastPsnrDb,
    OptionalDouble medianPsnrDb,
    Optional<MedianRatio> time,
    Optional<MedianRatio> stepTime) {

  /**
   * @param alpha highest probability that one of the two intervals ever misses
   */
  public static ShadowSummary of(Collection<ShadowPair> pairs, double alpha) {
    Map<ShadowPair.Ending, Integer> ended = new EnumMap<>(ShadowPair.Ending.class);
    for (ShadowPair.Ending each : ShadowPair.Ending.values()) {
      ended.put(each, (int) pairs.stream().filter(pair -> pair.ending() == each).count());
    }
    double[] psnr =
        pairs.stream()
            .map(ShadowPair::likeness)
            .filter(Objects::nonNull)
            .mapToDouble(ShadowPair.Likeness::psnrDb)
            .sorted()
            .toArray();
    return new ShadowSummary(
        ended,
        (int) pairs.stream().filter(pair -> pair.ending() == null).count(),
        psnr.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(psnr[0]),
        median(psnr),
        MedianRatio.of(ratios(pairs, ShadowPair.Seconds::total), alpha),
        MedianRatio.of(ratios(pairs, ShadowPair.Seconds::perStep), alpha));
  }

  private static List<Double> ratios(
      Collection<ShadowPair> pairs, Function<ShadowPair.Seconds, @Nullable Double> value) {
    return pairs.stream()
        .filter(pair -> pair.ending() == ShadowPair.Ending.MADE)
        .map(pair -> ratio(value.apply(pair.stable()), of(pair.canary(), value)))
        .flatMap(Optional::stream)
        .toList();
  }

  private static @Nullable Double of(
      ShadowPair.@Nullable Seconds seconds, Function<ShadowPair.Seconds, @Nullable Double> value) {
    return seconds == null ? null : value.apply(seconds);
  }

  private static Optional<Double> ratio(@Nullable Double stable, @Nullable Double canary) {
    if (stable == null || canary == null) {
      return Optional.empty();
    }
    double ratio = canary / stable;
    return ratio > 0 && Double.isFinite(ratio) ? Optional.of(ratio) : Optional.empty();
  }

  private static OptionalDouble median(double[] sorted) {
    int middle = sorted.length / 2;
    if (sorted.length == 0) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2);
  }
}

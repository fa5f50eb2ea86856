package dev.kintsugi.core.quality;

import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** Whether a clip may be given out. */
public final class QualityGate {
  private static final Comparator<Verdict.Rejected> WORST_FIRST =
      Comparator.comparing(Verdict.Rejected::defect).thenComparing(Verdict.Rejected::statistic);

  private static final double BEST_SCORE = 100;

  private QualityGate() {}

  /** Holds a clip against its model's limits; of several defects the worst is named. */
  public static Verdict judge(ClipStatistics clip, QualityThresholds thresholds) {
    Optional<Verdict.Rejected> worst =
        thresholds.limits().entrySet().stream()
            .flatMap(limit -> violation(clip, limit))
            .min(WORST_FIRST);
    return worst.isPresent()
        ? worst.get()
        : new Verdict.Passed(
            belowNormal(clip, thresholds.normalPsnrDb()), score(clip, thresholds.limits()));
  }

  /**
   * The factor by which the statistic nearest to its limit could still get worse: 1 is at a limit,
   * {@value #BEST_SCORE} is the most that is told apart. Versions with limits of their own can be
   * compared by it, since each is held against what is normal for itself.
   */
  private static OptionalDouble score(ClipStatistics clip, Map<Statistic, Double> limits) {
    return limits.entrySet().stream()
        .filter(limit -> limit.getValue() > 0)
        .flatMap(limit -> room(clip, limit.getKey(), limit.getValue()))
        .mapToDouble(room -> Math.clamp(room, 1, BEST_SCORE))
        .min();
  }

  private static Stream<Double> room(ClipStatistics clip, Statistic statistic, double limit) {
    return clip.value(statistic).stream()
        .filter(value -> !neverMoved(statistic, value))
        .map(value -> statistic.side() == Statistic.Side.TOO_LOW ? value / limit : limit / value)
        .map(room -> room >= 0 ? room : BEST_SCORE);
  }

  private static Stream<Verdict.Rejected> violation(
      ClipStatistics clip, Map.Entry<Statistic, Double> limit) {
    Statistic statistic = limit.getKey();
    return clip.value(statistic).stream()
        .filter(value -> statistic.beyond(value, limit.getValue()))
        .filter(value -> !neverMoved(statistic, value))
        .map(value -> new Verdict.Rejected(statistic.defect(), statistic, value, limit.getValue()));
  }

  // A clip that stops is frozen. One that never moved may be what the prompt asked for: only where
  // the model's own still clips move, its limit of motion says otherwise.
  private static boolean neverMoved(Statistic statistic, double value) {
    return statistic == Statistic.FROZEN_SHARE && value >= 1;
  }

  private static boolean belowNormal(ClipStatistics clip, double normalPsnrDb) {
    return clip.value(Statistic.ADJACENT_PSNR_DB).filter(db -> db < normalPsnrDb).isPresent();
  }
}

package dev.kintsugi.core.watch;

import org.jspecify.annotations.Nullable;

/**
 * Whether the connection between GPU and machine is slower than it should be: its link trained down
 * while the GPU works, or less traffic than this node's jobs usually make.
 */
public final class PcieWatch {

  private PcieWatch() {}

  /**
   * @param busyFrom utilization, 0..1, from which the link must have its full speed: an idle GPU
   *     lowers it to save power
   * @param share of the usual traffic below which it is slow
   * @param minBytesPerSecond where jobs usually make less traffic than this, less says nothing
   * @param minReadings readings under load after which the usual traffic counts as known
   */
  public record Policy(double busyFrom, double share, double minBytesPerSecond, int minReadings) {}

  /**
   * The link now and at its best; null where the GPU does not say.
   *
   * @param width lanes
   */
  public record Link(
      @Nullable Integer generation,
      @Nullable Integer width,
      @Nullable Integer maxGeneration,
      @Nullable Integer maxWidth) {}

  /**
   * @param utilization 0..1; null where the GPU does not say
   * @param recent traffic lately while a job ran, bytes a second
   * @param earlier traffic before that while jobs ran
   */
  public record Situation(
      Link link, @Nullable Double utilization, double[] recent, double[] earlier) {}

  /** What is slow. */
  public enum Reason {
    LINK_NARROW,
    LINK_SLOW,
    TRAFFIC_LOW
  }

  /** The answer. */
  public sealed interface Verdict {

    /** The GPU idles, or nothing was learned yet: no judgement. */
    record Unknown() implements Verdict {}

    record Normal() implements Verdict {}

    /**
     * @param actual lanes, generation or bytes a second, by the reason
     * @param expected likewise
     */
    record Slow(Reason reason, double actual, double expected) implements Verdict {}
  }

  public static Verdict judge(Situation in, Policy policy) {
    Double utilization = in.utilization();
    if (utilization == null || utilization < policy.busyFrom()) {
      return new Verdict.Unknown();
    }
    Link link = in.link();
    if (below(link.width(), link.maxWidth())) {
      return slow(Reason.LINK_NARROW, link.width(), link.maxWidth());
    }
    if (below(link.generation(), link.maxGeneration())) {
      return slow(Reason.LINK_SLOW, link.generation(), link.maxGeneration());
    }
    return traffic(in, policy);
  }

  private static Verdict traffic(Situation in, Policy policy) {
    Spread usual = Spread.of(in.earlier());
    if (usual.count() < policy.minReadings()
        || in.recent().length == 0
        || usual.median() < policy.minBytesPerSecond()) {
      return new Verdict.Unknown();
    }
    double now = Spread.of(in.recent()).median();
    return now < policy.share() * usual.median()
        ? new Verdict.Slow(Reason.TRAFFIC_LOW, now, usual.median())
        : new Verdict.Normal();
  }

  private static boolean below(@Nullable Integer now, @Nullable Integer best) {
    return now != null && best != null && now < best;
  }

  private static Verdict slow(Reason reason, @Nullable Integer actual, @Nullable Integer expected) {
    return new Verdict.Slow(reason, actual == null ? 0 : actual, expected == null ? 0 : expected);
  }
}

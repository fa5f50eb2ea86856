package dev.kintsugi.core.watch;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Whether memory grows from job to job until it runs out. Judged by the median of the slopes
 * between all pairs of jobs (Theil–Sen), which jumps and single peaks do not move, together with a
 * rank test (Mann–Kendall), so that noise is not taken for growth.
 */
public final class MemoryTrend {
  /** One-sided error of a test; it is repeated after each job. */
  private static final double CERTAIN_Z = 4;

  /** From here on the rank statistic is close to normal; below, only strict growth counts. */
  private static final int NORMAL_FROM = 12;

  /** A part of the window that grows less than this share of the whole is levelling off. */
  private static final double LEVELLING = 0.4;

  private MemoryTrend() {}

  /**
   * @param minJobs jobs before anything is said, at least 8
   * @param horizonJobs a limit farther away than this many jobs is no news
   */
  public record Policy(int minJobs, double horizonJobs) {}

  /** Why growth is not called a leak. */
  public enum Reason {
    TOO_FEW_JOBS,
    NO_TREND,
    LEVELLING_OFF,
    LIMIT_FAR
  }

  /** The answer; slopes are in bytes per job. */
  public sealed interface Verdict {

    record Sound(Reason reason, double slope) implements Verdict {}

    /**
     * @param jobsLeft jobs until the limit is reached at this slope
     * @param jobs how many it was learned from
     */
    record Leaking(double slope, double jobsLeft, int jobs) implements Verdict {}
  }

  /**
   * @param afterJob bytes in use after each of the last jobs, oldest first
   * @param limit bytes there are
   */
  public static Verdict judge(double[] afterJob, double limit, Policy policy) {
    int n = afterJob.length;
    if (n < policy.minJobs()) {
      return new Verdict.Sound(Reason.TOO_FEW_JOBS, 0);
    }
    double slope = slope(afterJob);
    if (slope <= 0 || !grows(afterJob)) {
      return new Verdict.Sound(Reason.NO_TREND, slope);
    }
    if (levels(afterJob, slope)) {
      return new Verdict.Sound(Reason.LEVELLING_OFF, slope);
    }
    double left = Math.max(0, (limit - last(afterJob, slope)) / slope);
    return left > policy.horizonJobs()
        ? new Verdict.Sound(Reason.LIMIT_FAR, slope)
        : new Verdict.Leaking(slope, left, n);
  }

  /** Whether the latest part still grows, and not one jump made all of it. */
  private static boolean levels(double[] values, double slope) {
    int n = values.length;
    double first = slope(Arrays.copyOfRange(values, 0, n / 2));
    double second = slope(Arrays.copyOfRange(values, n / 2, n));
    double latest = slope(Arrays.copyOfRange(values, n - Math.max(4, n / 3), n));
    return Math.min(Math.min(first, second), latest) < LEVELLING * slope;
  }

  private static boolean grows(double[] values) {
    int n = values.length;
    long s = 0;
    for (int i = 0; i < n; i++) {
      for (int j = i + 1; j < n; j++) {
        s += (long) Math.signum(values[j] - values[i]);
      }
    }
    if (n < NORMAL_FROM) {
      return s == (long) n * (n - 1) / 2;
    }
    double variance = n * (n - 1.0) * (2 * n + 5) / 18;
    return (s - 1) / Math.sqrt(variance) > CERTAIN_Z;
  }

  private static double slope(double[] values) {
    int n = values.length;
    double[] slopes = new double[n * (n - 1) / 2];
    int pairs = 0;
    for (int i = 0; i < n; i++) {
      for (int j = i + 1; j < n; j++) {
        slopes[pairs++] = (values[j] - values[i]) / (j - i);
      }
    }
    return Spread.median(slopes);
  }

  /** Where the line through the values stands at the last job. */
  private static double last(double[] values, double slope) {
    int n = values.length;
    double level =
        Spread.median(IntStream.range(0, n).mapToDouble(i -> values[i] - slope * i).toArray());
    return level + slope * (n - 1);
  }
}

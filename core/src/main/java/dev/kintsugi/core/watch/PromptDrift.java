package dev.kintsugi.core.watch;

import org.jspecify.annotations.Nullable;

/**
 * Whether prompts are still like those before. A single strange prompt is no drift: what is watched
 * is the moving average of the last few dozen, in two ways. Its <em>location</em> is how far it
 * lies from the usual mean (a multivariate EWMA chart), its <em>spread</em> how far prompts lie
 * from the mean, each on its own. Limits follow what both usually are on this node.
 */
public final class PromptDrift {
  /** Share of the newest prompt in the moving averages: about 40 prompts are looked at. */
  private static final double NEWEST = 0.05;

  /** Standard deviation of a moving average over that of its values. */
  private static final double EWMA_VARIANCE = NEWEST / (2 - NEWEST);

  /** A value may leave the usual by this many standard deviations when the usual is learned. */
  private static final double PULL_IN = 3;

  /**
   * How far a prompt may be, typical ones are at 1: beyond, it is pulled in. Near for the location,
   * so that some strange prompts of one kind do not move it; farther for the spread, which is about
   * the far ones; farthest for the usual, which should learn what there is.
   */
  private static final double FAR_FOR_LOCATION = 1.25;

  private static final double FAR_FOR_SPREAD = 1.75;
  private static final double FAR_FOR_USUAL = 2;

  private static final double CALM_SHARE = 0.85;
  private static final double LEAST_SPREAD_LIMIT = 1.25;

  private PromptDrift() {}

  /**
   * @param learn prompts from which the usual mean and covariance are learned before anything is
   *     judged; as many again teach the limits
   * @param memory prompts that the usual remembers: with it, drift that stays becomes the usual
   * @param sigmas standard deviations above the usual that are drift
   */
  public record Policy(int learn, int memory, double sigmas) {}

  /** What is remembered between two prompts: a few kilobytes, however many there were. */
  public static final class State {
    public static final State NEW =
        new State(0, null, new double[0], 1, Usual.OF_ONE, Usual.OF_ONE);

    private final long prompts;
    private final @Nullable Ellipsoid usual;
    private final double[] average;
    private final double squares;
    private final Usual location;
    private final Usual spread;

    private State(
        long prompts,
        @Nullable Ellipsoid usual,
        double[] average,
        double squares,
        Usual location,
        Usual spread) {
      this.prompts = prompts;
      this.usual = usual;
      this.average = average;
      this.squares = squares;
      this.location = location;
      this.spread = spread;
    }
  }

  /** Where a statistic usually is; a wild value moves it little. */
  private record Usual(double center, double scale) {
    static final Usual OF_ONE = new Usual(1, 0.1);

    double limit(double sigmas) {
      return center + sigmas * scale;
    }

    Usual with(double value, double gain) {
      double near = Math.clamp(value, center - PULL_IN * scale, center + PULL_IN * scale);
      // The mean absolute deviation of a normal distribution is 0.8 standard deviations.
      double deviation = 1.25 * Math.abs(near - center);
      return new Usual(center + gain * (near - center), scale + gain * (deviation - scale));
    }
  }

  /** Which of the two moved. */
  public enum Reason {
    LOCATION,
    SPREAD
  }

  /** Numbers of a look; 1 is what prompts like the usual ones give. */
  public record Numbers(
      long prompts, double location, double locationLimit, double spread, double spreadLimit) {}

  /** The answer. */
  public sealed interface Verdict {

    record Learning(long prompts, long needed) implements Verdict {}

    record Usually(Numbers numbers) implements Verdict {}

    /** Neither far enough for drift nor near enough to be over it. */
    record Between(Numbers numbers) implements Verdict {}

    record Drifted(Reason reason, Numbers numbers) implements Verdict {}
  }

  /** The state after a prompt, and what it says. */
  public record Observation(State next, Verdict verdict) {}

  /**
   * @param embedding of one prompt; all of a state have the same length
   */
  public static Observation observe(State state, float[] embedding, Policy policy) {
    double[] point = PromptProjection.project(embedding);
    Ellipsoid usual = state.usual;
    if (usual == null || usual.dimensions() != point.length) {
      // The first prompt, or another text encoder: what was learned means nothing to it.
      return start(point, policy);
    }
    double[] deviation = usual.deviation(point);
    double distance = usual.distance(deviation);
    boolean learning = state.prompts < policy.learn();
    // Among the first prompts nothing is known yet of what is far.
    double weight =
        state.prompts < policy.learn() / 4 ? 1 : Ellipsoid.pullIn(distance, FAR_FOR_USUAL);
    Ellipsoid next = usual.with(deviation, weight, policy.memory());
    if (learning) {
      State learned =
          new State(
              state.prompts + 1, next, new double[point.length], 1, Usual.OF_ONE, Usual.OF_ONE);
      return new Observation(learned, new Verdict.Learning(learned.prompts, 2L * policy.learn()));
    }
    return judge(state, next, averaged(state, usual, deviation, distance), policy);
  }

  private static Observation start(double[] point, Policy policy) {
    Ellipsoid first = Ellipsoid.empty(point.length).with(point, 1, policy.memory());
    State state = new State(1, first, new double[point.length], 1, Usual.OF_ONE, Usual.OF_ONE);
    return new Observation(state, new Verdict.Learning(1, 2L * policy.learn()));
  }

  private record Averages(double[] average, double squares, double location, double spread) {}

  private static Averages averaged(
      State state, Ellipsoid usual, double[] deviation, double distance) {
    double weight = Ellipsoid.pullIn(distance, FAR_FOR_LOCATION);
    double[] average = new double[deviation.length];
    for (int i = 0; i < average.length; i++) {
      average[i] = (1 - NEWEST) * state.average[i] + NEWEST * weight * deviation[i];
    }
    double near = Math.min(distance, FAR_FOR_SPREAD);
    double squares = (1 - NEWEST) * state.squares + NEWEST * near * near;
    double location = usual.distance(average) / Math.sqrt(EWMA_VARIANCE);
    return new Averages(average, squares, location, Math.sqrt(squares));
  }

  private static Observation judge(State state, Ellipsoid usual, Averages now, Policy policy) {
    long prompts = state.prompts + 1;
    int k = usual.dimensions();
    // What chance alone gives: the square of the location is a chi-square over its dimensions.
    double leastLocation = Math.sqrt(1 + policy.sigmas() * Math.sqrt(2.0 / k));
    double locationLimit = Math.max(leastLocation, state.location.limit(policy.sigmas()));
    double spreadLimit = Math.max(LEAST_SPREAD_LIMIT, state.spread.limit(policy.sigmas()));
    Numbers numbers =
        new Numbers(prompts, now.location(), locationLimit, now.spread(), spreadLimit);
    Verdict verdict = verdict(numbers, policy);
    boolean teaches = !(verdict instanceof Verdict.Drifted);
    double gain = 1.0 / Math.clamp(prompts - policy.learn() + 1, 20, policy.memory());
    State next =
        new State(
            prompts,
            usual,
            now.average(),
            now.squares(),
            teaches ? state.location.with(now.location(), gain) : state.location,
            teaches ? state.spread.with(now.spread(), gain) : state.spread);
    return new Observation(next, verdict);
  }

  private static Verdict verdict(Numbers n, Policy policy) {
    if (n.prompts() <= 2L * policy.learn()) {
      return new Verdict.Learning(n.prompts(), 2L * policy.learn());
    }
    if (n.location() > n.locationLimit()) {
      return new Verdict.Drifted(Reason.LOCATION, n);
    }
    if (n.spread() > n.spreadLimit()) {
      return new Verdict.Drifted(Reason.SPREAD, n);
    }
    boolean calm =
        n.location() < CALM_SHARE * n.locationLimit() && n.spread() < CALM_SHARE * n.spreadLimit();
    return calm ? new Verdict.Usually(n) : new Verdict.Between(n);
  }
}

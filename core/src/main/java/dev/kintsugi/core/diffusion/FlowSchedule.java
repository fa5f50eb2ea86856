package dev.kintsugi.core.diffusion;

/**
 * Noise levels of one run.
 *
 * <p>A latent at level sigma is {@code (1 - sigma) * clean + sigma * noise}; the model predicts the
 * velocity {@code noise - clean}.
 *
 * <p>The two grids are those of diffusers' {@code UniPCMultistepScheduler} with {@code
 * use_flow_sigmas} and of its {@code FlowMatchEulerDiscreteScheduler}; they differ, so a run is
 * reproduced only with the solver it was made with. Levels are rounded to float32 where diffusers
 * rounds them, because the model sees those numbers.
 */
public final class FlowSchedule {
  private static final int MAX_STEPS = 1000;

  private final double[] sigmas;
  private final double[] timesteps;

  private FlowSchedule(double[] sigmas, double[] timesteps) {
    this.sigmas = sigmas;
    this.timesteps = timesteps;
  }

  /**
   * The grid of the UniPC solver: n levels from 1 down to 1/trainTimesteps, shifted; whole
   * timesteps, rounded down.
   *
   * @param steps 1..1000
   * @param trainTimesteps length of the training schedule, 1000 for Wan
   * @param shift at least above 0; larger spends more steps on high noise
   */
  public static FlowSchedule uniPc(int steps, int trainTimesteps, double shift) {
    check(steps, trainTimesteps, shift);
    double[] sigmas = new double[steps + 1];
    double[] timesteps = new double[steps];
    double last = 1.0 / trainTimesteps;
    for (int i = 0; i < steps; i++) {
      double sigma = shifted(1 + (last - 1) * i / steps, shift);
      // At 1 the logarithm of the signal-to-noise ratio would be minus infinity.
      sigma = Math.abs(sigma - 1) < 1e-6 ? sigma - 1e-6 : sigma;
      timesteps[i] = Math.floor(sigma * trainTimesteps);
      sigmas[i] = (float) sigma;
    }
    return new FlowSchedule(sigmas, timesteps);
  }

  /**
   * The grid of the Euler solver. The shift is applied twice, once to the end of the training grid
   * and once to the levels, as diffusers does; timesteps are not rounded.
   */
  public static FlowSchedule euler(int steps, int trainTimesteps, double shift) {
    check(steps, trainTimesteps, shift);
    double[] sigmas = new double[steps + 1];
    double[] timesteps = new double[steps];
    double last = shifted(1.0 / trainTimesteps, shift);
    for (int i = 0; i < steps; i++) {
      double part = steps == 1 ? 0 : (double) i / (steps - 1);
      float sigma = (float) shifted(1 + (last - 1) * part, shift);
      sigmas[i] = sigma;
      timesteps[i] = sigma * (float) trainTimesteps;
    }
    return new FlowSchedule(sigmas, timesteps);
  }

  private static double shifted(double sigma, double shift) {
    return shift * sigma / (1 + (shift - 1) * sigma);
  }

  private static void check(int steps, int trainTimesteps, double shift) {
    if (steps < 1 || steps > MAX_STEPS) {
      throw new IllegalArgumentException("steps must be 1.." + MAX_STEPS + ", not " + steps);
    }
    if (trainTimesteps < 2) {
      throw new IllegalArgumentException("trainTimesteps must be 2 or more, not " + trainTimesteps);
    }
    if (!(shift > 0) || Double.isInfinite(shift)) {
      throw new IllegalArgumentException("shift must be above 0, not " + shift);
    }
  }

  /** Number of steps. */
  public int steps() {
    return timesteps.length;
  }

  /** Noise level before step {@code i}; {@code sigma(steps())} is 0. */
  public double sigma(int i) {
    return sigmas[i];
  }

  /** What the model is told at step {@code i}. */
  public double timestep(int i) {
    return timesteps[i];
  }

  /**
   * Whether step {@code i} belongs to the high-noise expert.
   *
   * @param boundaryRatio where the low-noise expert takes over, as a part of all training timesteps
   */
  public boolean highNoise(int i, double boundaryRatio, int trainTimesteps) {
    return timesteps[i] >= boundaryRatio * trainTimesteps;
  }
}

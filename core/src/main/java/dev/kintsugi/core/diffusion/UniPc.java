package dev.kintsugi.core.diffusion;

/**
 * Coefficients of the UniPC solver of order 2 (variant B2, {@code B(h) = e^-h - 1}, predicting the
 * clean latent) on a flow schedule. Formulae: Zhao et al., "UniPC: A Unified Predictor-Corrector
 * Framework for Fast Sampling of Diffusion Models" (2023), written out for orders 1 and 2.
 *
 * <p>Every update is a weighted sum of latents, so the solver is told as weights and whoever holds
 * the latents applies them. The first and the last step are of order 1.
 */
public final class UniPc {

  private UniPc() {}

  /**
   * {@code sample * x + current * m0 + previous * m1 + corrected * m}: x is the latent the step
   * starts from, m0 and m1 are the clean latents predicted at this start and one step earlier, m is
   * the one predicted at the end of the step (0 in a predictor).
   */
  public record Weights(double sample, double current, double previous, double corrected) {}

  /** The predictor of step {@code i}: from its latent to that of step {@code i + 1}. */
  public static Weights predictor(FlowSchedule schedule, int i) {
    double from = schedule.sigma(i);
    double to = schedule.sigma(i + 1);
    double gain = -(1 - to) * growth(from, to);
    if (order(schedule, i) == 1) {
      return new Weights(to / from, gain, 0, 0);
    }
    double slope = gain * 0.5 / ratio(schedule, i);
    return new Weights(to / from, gain - slope, slope, 0);
  }

  /**
   * The corrector of the step that led to step {@code i}, applied once the model was asked at step
   * {@code i}: it replaces the predicted latent. Here x, m0 and m1 are those of step {@code i - 1}.
   *
   * @param i 1 or more
   */
  public static Weights corrector(FlowSchedule schedule, int i) {
    double from = schedule.sigma(i - 1);
    double to = schedule.sigma(i);
    double growth = growth(from, to);
    double gain = -(1 - to) * growth;
    if (order(schedule, i - 1) == 1) {
      return new Weights(to / from, gain * 0.5, 0, gain * 0.5);
    }
    double h = lambda(to) - lambda(from);
    double ratio = ratio(schedule, i - 1);
    double first = growth / -h - 1;
    double second = first / -h - 0.5;
    double target = first / growth;
    double rho1 = (target - 2 * second / growth) / (1 - ratio);
    double rho2 = target - rho1;
    double earlier = gain * rho1 / ratio;
    double later = gain * rho2;
    return new Weights(to / from, gain - earlier - later, earlier, later);
  }

  /** 1 at the first step, where nothing is known yet, and at the last, where the level is 0. */
  static int order(FlowSchedule schedule, int i) {
    return i == 0 || i == schedule.steps() - 1 ? 1 : 2;
  }

  /** {@code e^-h - 1} with h the growth of lambda; -1 at the end, where lambda is infinite. */
  private static double growth(double from, double to) {
    return to == 0 ? -1 : Math.expm1(lambda(from) - lambda(to));
  }

  /** Length of the step before {@code i} in units of step {@code i}, negative. */
  private static double ratio(FlowSchedule schedule, int i) {
    double start = lambda(schedule.sigma(i));
    return (lambda(schedule.sigma(i - 1)) - start) / (lambda(schedule.sigma(i + 1)) - start);
  }

  /** Half the logarithm of the signal-to-noise ratio. */
  private static double lambda(double sigma) {
    return Math.log1p(-sigma) - Math.log(sigma);
  }
}

package dev.kintsugi.core.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kintsugi.core.diffusion.UniPc.Weights;
import java.util.function.DoubleBinaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class UniPcTest {

  /**
   * Where the clean latent is the same everywhere, the path is a straight line and every order
   * exact.
   */
  @Property
  void aConstantCleanLatentIsReachedExactly(
      @ForAll @IntRange(min = 1, max = 60) int steps,
      @ForAll @DoubleRange(min = 1, max = 12) double shift) {
    FlowSchedule s = FlowSchedule.uniPc(steps, 1000, shift);
    double clean = 0.7;
    double noise = -1.3;
    double start = s.sigma(0) * noise + (1 - s.sigma(0)) * clean;
    assertThat(solve(s, start, (x, sigma) -> (x - clean) / sigma)).isEqualTo(clean, within(1e-6));
    for (int i = 0; i < steps; i++) {
      Weights p = UniPc.predictor(s, i);
      assertThat(onLine(s, i, p, noise, clean))
          .isEqualTo(line(s, i + 1, noise, clean), within(1e-6));
      if (i > 0) {
        Weights c = UniPc.corrector(s, i);
        assertThat(onLine(s, i - 1, c, noise, clean))
            .isEqualTo(line(s, i, noise, clean), within(1e-6));
      }
    }
  }

  /** Order 2 in the number of steps: twice the steps, about a quarter of the error. */
  @Test
  void convergesWithTheSquareOfTheStep() {
    double coarse = errorOfBell(16);
    double fine = errorOfBell(32);
    assertThat(fine).isLessThan(coarse / 3);
    assertThat(errorOfBell(256)).isLessThan(1e-4);
  }

  @Test
  void theLastStepIsTheCleanLatentItself() {
    Weights last = UniPc.predictor(FlowSchedule.uniPc(8, 1000, 3.0), 7);
    assertThat(last).isEqualTo(new Weights(0, 1, 0, 0));
  }

  @Test
  void theFirstStepUsesNoHistory() {
    FlowSchedule s = FlowSchedule.uniPc(8, 1000, 3.0);
    assertThat(UniPc.predictor(s, 0).previous()).isZero();
    assertThat(UniPc.corrector(s, 1).previous()).isZero();
    assertThat(UniPc.predictor(s, 1).previous()).isNotZero();
    assertThat(UniPc.corrector(s, 2).previous()).isNotZero();
  }

  /** Data normal with standard deviation 0.5: the exact velocity and the exact path are known. */
  private static double errorOfBell(int steps) {
    double spread = 0.5;
    FlowSchedule s = FlowSchedule.uniPc(steps, 1000, 1.0);
    DoubleBinaryOperator velocity =
        (x, sigma) -> {
          double variance = (1 - sigma) * (1 - sigma) * spread * spread + sigma * sigma;
          return x * (sigma - (1 - sigma) * spread * spread) / variance;
        };
    return Math.abs(solve(s, 1.0, velocity) - spread);
  }

  private static double solve(FlowSchedule s, double start, DoubleBinaryOperator velocity) {
    double x = start;
    double from = 0;
    double m0 = 0;
    double m1 = 0;
    for (int i = 0; i < s.steps(); i++) {
      double m = x - s.sigma(i) * velocity.applyAsDouble(x, s.sigma(i));
      if (i > 0) {
        Weights c = UniPc.corrector(s, i);
        x = c.sample() * from + c.current() * m0 + c.previous() * m1 + c.corrected() * m;
      }
      m1 = m0;
      m0 = m;
      from = x;
      Weights p = UniPc.predictor(s, i);
      x = p.sample() * x + p.current() * m0 + p.previous() * m1;
    }
    return x;
  }

  private static double onLine(FlowSchedule s, int i, Weights w, double noise, double clean) {
    return w.sample() * line(s, i, noise, clean)
        + (w.current() + w.previous() + w.corrected()) * clean;
  }

  private static double line(FlowSchedule s, int i, double noise, double clean) {
    return s.sigma(i) * noise + (1 - s.sigma(i)) * clean;
  }
}

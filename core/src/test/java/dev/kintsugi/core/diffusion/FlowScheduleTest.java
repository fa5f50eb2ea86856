package dev.kintsugi.core.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class FlowScheduleTest {
  /** What diffusers computes for 8 steps and shift 3. */
  private static final double[] UNIPC_SIGMAS = {
    0.9999989867210388,
    0.9545950293540955,
    0.900119960308075,
    0.8335554599761963,
    0.7503747940063477,
    0.643468976020813,
    0.5009989738464355,
    0.3016776442527771,
    0.0
  };

  private static final double[] EULER_SIGMAS = {
    1.0,
    0.9475425481796265,
    0.8827877640724182,
    0.8008373379707336,
    0.6937931180000305,
    0.5480455756187439,
    0.33797216415405273,
    0.008928571827709675,
    0.0
  };

  @Test
  void theUniPcGridIsThatOfDiffusers() {
    FlowSchedule s = FlowSchedule.uniPc(8, 1000, 3.0);
    assertThat(timesteps(s)).containsExactly(999, 954, 900, 833, 750, 643, 500, 301);
    assertThat(sigmas(s)).containsExactly(UNIPC_SIGMAS, within(1e-7));
  }

  @Test
  void theEulerGridIsThatOfDiffusers() {
    FlowSchedule s = FlowSchedule.euler(8, 1000, 3.0);
    assertThat(sigmas(s)).containsExactly(EULER_SIGMAS, within(1e-7));
    assertThat(timesteps(s))
        .containsExactly(
            new double[] {
              1000.0, 947.5425415039062, 882.7877807617188, 800.8373413085938,
              693.7931180000305, 548.0455932617188, 337.97216796875, 8.928571701049805
            },
            within(1e-4));
  }

  @Test
  void theExpertsShareTheStepsAsInDiffusers() {
    assertThat(highSteps(FlowSchedule.uniPc(4, 1000, 3.0))).isEqualTo(2);
    assertThat(highSteps(FlowSchedule.uniPc(20, 1000, 3.0))).isEqualTo(7);
    assertThat(highSteps(FlowSchedule.uniPc(40, 1000, 3.0))).isEqualTo(13);
    assertThat(highSteps(FlowSchedule.uniPc(40, 1000, 5.0))).isEqualTo(17);
    assertThat(highSteps(FlowSchedule.uniPc(40, 1000, 12.0))).isEqualTo(26);
    assertThat(highSteps(FlowSchedule.uniPc(50, 1000, 12.0))).isEqualTo(32);
    assertThat(highSteps(FlowSchedule.euler(40, 1000, 3.0))).isEqualTo(12);
  }

  @Test
  void refusesWhatIsNoSchedule() {
    assertThatThrownBy(() -> FlowSchedule.uniPc(0, 1000, 3.0)).hasMessageContaining("steps");
    assertThatThrownBy(() -> FlowSchedule.uniPc(8, 1, 3.0)).hasMessageContaining("trainTimesteps");
    assertThatThrownBy(() -> FlowSchedule.euler(8, 1000, 0.0)).hasMessageContaining("shift");
    assertThatThrownBy(() -> FlowSchedule.euler(8, 1000, Double.NaN)).hasMessageContaining("shift");
  }

  @Property
  void noiseOnlyFalls(
      @ForAll @IntRange(min = 1, max = 60) int steps,
      @ForAll @DoubleRange(min = 0.5, max = 15) double shift) {
    for (FlowSchedule s :
        new FlowSchedule[] {
          FlowSchedule.uniPc(steps, 1000, shift), FlowSchedule.euler(steps, 1000, shift)
        }) {
      assertThat(s.sigma(0)).isGreaterThan(0.999).isLessThanOrEqualTo(1);
      assertThat(s.sigma(steps)).isZero();
      for (int i = 0; i < steps; i++) {
        assertThat(s.sigma(i + 1)).isLessThan(s.sigma(i));
        assertThat(s.timestep(i)).isEqualTo(s.sigma(i) * 1000, within(1.001));
      }
    }
  }

  private static double[] sigmas(FlowSchedule s) {
    return IntStream.rangeClosed(0, s.steps()).mapToDouble(s::sigma).toArray();
  }

  private static double[] timesteps(FlowSchedule s) {
    return IntStream.range(0, s.steps()).mapToDouble(s::timestep).toArray();
  }

  private static long highSteps(FlowSchedule s) {
    return IntStream.range(0, s.steps()).filter(i -> s.highNoise(i, 0.875, 1000)).count();
  }
}

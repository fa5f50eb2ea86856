package dev.kintsugi.node.attempts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class StepTimesTest {

  @Test
  void oneSlowStepDoesNotMoveTheMedian() {
    StepTimes times = new StepTimes();
    times.add("m/96x64x9", 0.1);
    times.add("m/96x64x9", 9);
    times.add("m/96x64x9", 0.2);
    times.add("m/160x96x17", 0.4);
    times.add("m/160x96x17", 0.6);
    times.add("m-lite/96x64x9", 0.01);
    assertThat(times.medians("m")).isEqualTo(Map.of("96x64x9", 0.2, "160x96x17", 0.5));
    assertThat(times.medians("m-lite")).isEqualTo(Map.of("96x64x9", 0.01));
    assertThat(times.median("m/160x96x17")).isEqualTo(0.5);
    assertThat(times.median("m/16x16x1")).isZero();
  }

  @Test
  void oldStepsAreForgotten() {
    StepTimes times = new StepTimes();
    for (int i = 0; i < 101; i++) {
      times.add("m/s", 5);
    }
    for (int i = 0; i < 60; i++) {
      times.add("m/s", 1);
    }
    assertThat(times.medians("m")).containsEntry("s", 1.0);
  }
}

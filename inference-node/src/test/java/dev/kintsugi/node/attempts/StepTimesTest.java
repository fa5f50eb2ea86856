package dev.kintsugi.node.attempts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class StepTimesTest {

  @Test
  void oneSlowStepDoesNotMoveTheMedian() {
    StepTimes times = new StepTimes();
    times.add("96x64x9", 0.1);
    times.add("96x64x9", 9);
    times.add("96x64x9", 0.2);
    times.add("160x96x17", 0.4);
    times.add("160x96x17", 0.6);
    assertThat(times.medians()).isEqualTo(Map.of("96x64x9", 0.2, "160x96x17", 0.5));
  }

  @Test
  void oldStepsAreForgotten() {
    StepTimes times = new StepTimes();
    for (int i = 0; i < 101; i++) {
      times.add("s", 5);
    }
    for (int i = 0; i < 60; i++) {
      times.add("s", 1);
    }
    assertThat(times.medians()).containsEntry("s", 1.0);
  }
}

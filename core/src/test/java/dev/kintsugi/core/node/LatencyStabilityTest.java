package dev.kintsugi.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.node.LatencyStability.Decision;
import dev.kintsugi.core.node.LatencyStability.Policy;
import dev.kintsugi.core.node.LatencyStability.Reason;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LatencyStabilityTest {
  private static final Policy POLICY = new Policy(0.25, 5, Duration.ofSeconds(1));

  @ParameterizedTest
  @CsvSource({
    "'',              0,    again",
    "1,               100,  again",
    "1 1,             200,  stable",
    "1 1.25,          200,  stable",
    "1.25 1,          200,  stable",
    "1 1.26,          200,  again",
    "1.26 1,          200,  again",
    "9 3 1.2 1,       400,  stable",
    "9 3 1 2,         400,  again",
    "9 3 1 2 1,       500,  MAX_RUNS",
    "9 3 1 2 2,       500,  stable",
    "9,               1000, TIME_OVER",
    "9 3,             1000, TIME_OVER",
    "1 1,             9000, stable",
    "0 0,             100,  again",
  })
  void readinessWaitsForASteadyPaceButNotForEver(String seconds, long spent, String expected) {
    List<Double> runs =
        Arrays.stream(seconds.split(" ")).filter(s -> !s.isEmpty()).map(Double::valueOf).toList();
    Decision decision = LatencyStability.decide(runs, Duration.ofMillis(spent), POLICY);
    switch (expected) {
      case "again" -> assertThat(decision).isInstanceOf(Decision.RunAgain.class);
      case "stable" -> {
        assertThat(decision).isInstanceOf(Decision.Stable.class);
        assertThat(((Decision.Stable) decision).runs()).isEqualTo(runs.size());
      }
      default -> {
        Decision.Unsteady unsteady = (Decision.Unsteady) decision;
        assertThat(unsteady.reason()).isEqualTo(Reason.valueOf(expected));
        assertThat(unsteady.difference()).isGreaterThan(POLICY.tolerance());
      }
    }
  }
}

package dev.kintsugi.operators.diffusionservice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.operators.crds.ServiceLevelObjective;
import dev.kintsugi.operators.crds.ServiceLevelObjectiveStatus;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromisesTest {

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "'', -",
        "OK, OK",
        "Burning, Burning",
        "OK OK OK, OK 3/3",
        "OK NoData, NoData 1/2",
        "OK Warning NoData, Warning 1/3",
        "Burning Warning Burning, Burning 2/3",
        "Exhausted Burning OK, Exhausted 1/3",
        "?, NoData",
      })
  void theWorstStateCounts(String states, String expected) {
    List<ServiceLevelObjective> objectives =
        Arrays.stream(states.split(" ")).filter(s -> !s.isEmpty()).map(this::objective).toList();
    assertThat(Promises.of(objectives).orElse(null)).isEqualTo(expected);
  }

  private ServiceLevelObjective objective(String state) {
    var objective = new ServiceLevelObjective();
    if (!"?".equals(state)) {
      objective.setStatus(
          new ServiceLevelObjectiveStatus(
              1L, state, null, null, null, null, null, null, List.of(), List.of(), List.of()));
    }
    return objective;
  }
}

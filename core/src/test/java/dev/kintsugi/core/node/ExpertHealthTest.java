package dev.kintsugi.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.node.ExpertHealth.Decision;
import dev.kintsugi.core.node.ExpertHealth.Observation;
import dev.kintsugi.core.node.ExpertHealth.Policy;
import dev.kintsugi.core.node.ExpertHealth.RunEnd;
import dev.kintsugi.core.node.ExpertHealth.State;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpertHealthTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @ParameterizedTest(name = "after {0}: weight {1}, {2} in a row")
  @CsvSource({
    // n: normal, a: abnormal, p: self-test passed, f: self-test failed
    "'',        1, 0",
    "a,         1, 1",
    "aa,        1, 2",
    "aan,       1, 0",
    "aanaa,     1, 2",
    "aaa,       0, 3",
    "aaaa,      0, 4",
    "aaan,      0, 3",
    "aaaf,      0, 3",
    "aaafff,    0, 3",
    "aaap,      1, 0",
    "aaafp,     1, 0",
    "aaapaa,    1, 2",
    "aaapaaa,   0, 3",
    "aap,       1, 2",
    "aapa,      0, 3",
    "ff,        1, 0",
  })
  void threeInARowAndOnlyASelfTestHeals(String history, double weight, int inARow) {
    State state = State.TRUSTED;
    for (char c : history.toCharArray()) {
      state = ExpertHealth.decide(state, observation(c), Policy.DEFAULT, NOW).state();
    }
    assertThat(state.weight()).isEqualTo(weight);
    assertThat(state.abnormalInARow()).isEqualTo(inARow);
  }

  @Test
  void saysWhyAndWithWhichNumbers() {
    State two = new State(2, null);
    Decision out = ExpertHealth.decide(two, Observation.ABNORMAL_RESULT, Policy.DEFAULT, NOW);
    assertThat(out).isEqualTo(new Decision.Quarantine(new State(3, NOW), 3));
    assertThat(
            ExpertHealth.decide(
                out.state(), Observation.SELF_TEST_PASSED, Policy.DEFAULT, NOW.plusSeconds(90)))
        .isEqualTo(new Decision.Release(State.TRUSTED, Duration.ofSeconds(90)));
  }

  @ParameterizedTest(name = "{0} by {1}, failed at {2}: {3}")
  @CsvSource({
    "ACCEPTED,   high low, ,     high=NORMAL_RESULT low=NORMAL_RESULT",
    "ACCEPTED,   low,      ,     low=NORMAL_RESULT",
    "REJECTED,   high low, ,     ''",
    "REJECTED,   low,      ,     low=ABNORMAL_RESULT",
    "NOT_FINITE, '',       high, high=ABNORMAL_RESULT",
    "NOT_FINITE, high,     high, high=ABNORMAL_RESULT",
    "NOT_FINITE, high,     low,  low=ABNORMAL_RESULT",
    "NOT_FINITE, high low, low,  low=ABNORMAL_RESULT",
    "NOT_FINITE, high low, ,     ''",
    "OTHER,      high low, ,     ''",
  })
  void blamesOnlyWhomItCan(RunEnd end, String took, @Nullable String failed, String expected) {
    Map<String, Observation> seen = new TreeMap<>(ExpertHealth.attribute(end, names(took), failed));
    assertThat(
            seen.entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining(" ")))
        .isEqualTo(expected);
  }

  @Property(tries = 500)
  void weightIsZeroExactlyFromTheThirdInARowToTheNextPassedTest(
      @ForAll @Size(max = 60) List<@IntRange(max = 3) Integer> history) {
    State state = State.TRUSTED;
    int inARow = 0;
    boolean out = false;
    for (int next : history) {
      Observation seen = Observation.values()[next];
      state = ExpertHealth.decide(state, seen, Policy.DEFAULT, NOW).state();
      switch (seen) {
        case NORMAL_RESULT -> inARow = out ? inARow : 0;
        case ABNORMAL_RESULT -> out |= ++inARow >= 3;
        case SELF_TEST_PASSED -> {
          inARow = out ? 0 : inARow;
          out = false;
        }
        case SELF_TEST_FAILED -> {}
      }
      assertThat(state.weight()).isEqualTo(out ? 0 : 1);
      assertThat(state.abnormalInARow()).isEqualTo(inARow);
    }
  }

  private static Set<String> names(String text) {
    return Arrays.stream(text.split(" ")).filter(n -> !n.isEmpty()).collect(Collectors.toSet());
  }

  private static Observation observation(char c) {
    return switch (c) {
      case 'n' -> Observation.NORMAL_RESULT;
      case 'a' -> Observation.ABNORMAL_RESULT;
      case 'p' -> Observation.SELF_TEST_PASSED;
      case 'f' -> Observation.SELF_TEST_FAILED;
      default -> throw new IllegalArgumentException("no observation " + c);
    };
  }
}

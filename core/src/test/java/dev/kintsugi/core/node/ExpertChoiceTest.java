package dev.kintsugi.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.node.ExpertChoice.Decision;
import dev.kintsugi.core.node.ExpertChoice.Reason;
import dev.kintsugi.core.node.ExpertChoice.Situation;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpertChoiceTest {

  @ParameterizedTest
  @CsvSource({
    "1,   1,   ,     high, low",
    "0,   1,   ,     low,  low",
    "1,   0,   ,     high, high",
    "0.1, 1,   ,     high, low",
    "1,   1,   high, low,  low",
    "1,   1,   low,  high, high",
    "0,   1,   high, low,  low",
    "0,   0,   ,     ,     ",
    "1,   0,   high, ,     ",
    "0,   1,   low,  ,     ",
    "NaN, 1,   ,     low,  low",
  })
  void eachRangeIsRunByAnExpertThatMayBeUsed(
      double high, double low, String avoid, String highRange, String lowRange) {
    Decision decision =
        ExpertChoice.decide(
            new Situation(List.of("high", "low"), Map.of("high", high, "low", low), avoid));
    if (highRange == null) {
      assertThat(decision).isInstanceOf(Decision.NoExpert.class);
      assertThat(decision.out()).containsOnlyKeys("high", "low");
    } else {
      Map<String, String> instead = ((Decision.Run) decision).instead();
      assertThat(instead.getOrDefault("high", "high")).isEqualTo(highRange);
      assertThat(instead.getOrDefault("low", "low")).isEqualTo(lowRange);
      assertThat(decision.out().keySet()).isEqualTo(instead.keySet());
    }
  }

  @ParameterizedTest
  @CsvSource({"1, , true", "1, high, true", "0, , false", "1, lite, false"})
  void aLiteModelHasNobodyToTakeOver(double weight, String avoid, boolean runs) {
    Decision decision =
        ExpertChoice.decide(new Situation(List.of("lite"), Map.of("lite", weight), avoid));
    assertThat(decision instanceof Decision.Run).isEqualTo(runs);
  }

  @ParameterizedTest
  @CsvSource({"0, QUARANTINED", "1, AVOIDED"})
  void theReasonSaysWhoDecided(double high, Reason reason) {
    Decision decision =
        ExpertChoice.decide(
            new Situation(List.of("high", "low"), Map.of("high", high, "low", 1.0), "high"));
    assertThat(decision.out()).containsEntry("high", reason);
  }
}

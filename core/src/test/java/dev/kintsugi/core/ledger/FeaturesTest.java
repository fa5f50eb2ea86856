package dev.kintsugi.core.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeaturesTest {

  private static final Fingerprint.Shape SHAPE = new Fingerprint.Shape(1000, 500, 4);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a red ball | 10 | 3 | 0 | 0 | 0",
        "一只红色的球 | 6 | 6 | 0 | 0 | 0",
        "wow!!! 3 cats | 13 | 3 | 3 | 3 | 1",
        "((((deep)))) | 12 | 1 | 8 | 4 | 0",
      })
  void counts(
      String prompt, int characters, int words, int symbols, int longestSymbolRun, int digits) {
    Features features = Features.of(prompt, SHAPE, 8);
    assertThat(features.characters()).isEqualTo(characters);
    assertThat(features.words()).isEqualTo(words);
    assertThat(features.symbols()).isEqualTo(symbols);
    assertThat(features.longestSymbolRun()).isEqualTo(longestSymbolRun);
    assertThat(features.digits()).isEqualTo(digits);
    assertThat(features.megapixels()).isEqualTo(2.0);
  }

  @Test
  void knowsScriptsAndRepetition() {
    assertThat(Features.of("ab红色", SHAPE, 8).hanShare()).isEqualTo(0.5);
    assertThat(Features.of("soooo", SHAPE, 8).longestRepeat()).isEqualTo(4);
    assertThat(Features.of("🎈🎈🎈🎈🎈", SHAPE, 8).longestSymbolRun()).isEqualTo(5);
  }

  @Property
  void everyPromptHasFeatures(@ForAll String prompt) {
    assertThat(Features.of(prompt, SHAPE, 8).named().values()).allMatch(v -> v >= 0);
    assertThat(Features.of(prompt, SHAPE, 8).hanShare()).isBetween(0.0, 1.0);
  }

  @Test
  void onlyACaseAfterTheFixUndoesIt() {
    Instant fixed = Instant.parse("2026-06-01T12:00:00Z");
    assertThat(FamilyStatus.FIXED.afterCase(fixed, fixed.plusSeconds(1)))
        .isEqualTo(FamilyStatus.REGRESSED);
    assertThat(FamilyStatus.FIXED.afterCase(fixed, fixed)).isEqualTo(FamilyStatus.FIXED);
    assertThat(FamilyStatus.EXPLAINED.afterCase(fixed, fixed.plusSeconds(1)))
        .isEqualTo(FamilyStatus.EXPLAINED);
  }
}

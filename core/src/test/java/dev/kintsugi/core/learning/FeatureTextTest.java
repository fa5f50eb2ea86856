package dev.kintsugi.core.learning;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeatureTextTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "word:dragon | the word \"dragon\"",
        "han:悲伤 | \"悲伤\"",
        "emoji-run>=3 | 3 or more emoji in a row",
        "length>=1600 | 1,600 or more characters",
        "brackets>=1 | brackets",
        "brackets>=2 | brackets nested 2 deep",
        "mixed-scripts | Chinese and other letters mixed",
        "frames>=33 | 33 or more frames",
        "steps>=50 | 50 or more inference steps",
        "pixels>=57000 | 57,000 or more pixels (width × height × frames)",
      })
  void everyKindIsSaidInWords(String feature, String text) {
    assertThat(PromptFeatures.known(feature)).isTrue();
    assertThat(FeatureText.of(feature)).isEqualTo(text);
  }
}

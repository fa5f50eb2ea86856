package dev.kintsugi.core.learning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.learning.PromptFeatures.Submission;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromptFeaturesTest {

  private static Set<String> of(String prompt) {
    return PromptFeatures.of(new Submission(prompt, 64, 48, 9, 8));
  }

  @Test
  void wordsAreFoldedAndChineseIsReadByTwoAndThree() {
    assertThat(of("A RED ｄｒａｇｏｎ, 悲伤的夜 a"))
        .contains("word:red", "word:dragon", "han:悲伤", "han:悲伤的", "han:伤的", "mixed-scripts")
        .doesNotContain("word:a", "han:悲");
    assertThat(of("dra\u200Bgon, 悲\u200B伤")).contains("word:dragon", "han:悲伤");
    assertThat(of("悲, 伤")).as("not neighbours").noneMatch(name -> name.startsWith("han:"));
    assertThat(of("nothing else")).doesNotContain("mixed-scripts");
  }

  @Test
  void quantitiesHaveEveryNameTheyReach() {
    assertThat(of("cat 🐉🐉 🐉🐉🐉 [(x)]"))
        .contains("emoji-run>=3", "emoji-run>=5", "brackets>=1", "brackets>=2")
        .doesNotContain("emoji-run>=8", "brackets>=3", "length>=100");
    assertThat(of("x".repeat(100))).contains("length>=100").doesNotContain("length>=200");
    Set<String> large = PromptFeatures.of(new Submission("cat", 1280, 720, 81, 50));
    assertThat(large).contains("frames>=81", "frames>=9", "steps>=50", "pixels>=10000");
    assertThat(of("cat"))
        .contains("frames>=9", "pixels>=20000")
        .doesNotContain("frames>=17", "steps>=10", "pixels>=28000");
  }

  @Test
  void everyNameThatIsGivenIsKnown() {
    Set<String> all =
        PromptFeatures.of(
            new Submission(
                "a 悲伤的夜 [([x])] " + "🐉".repeat(12) + "y ".repeat(1600), 3840, 2160, 500, 100));
    assertThat(all).allMatch(PromptFeatures::known).contains("length>=1600", "emoji-run>=12");
  }

  @ParameterizedTest
  @CsvSource({
    "word:",
    "word:a",
    "word:Volcano",
    "word:two words",
    "word:ｆｕｌｌ",
    "word:悲伤",
    "frames>=10",
    "frames>=",
    "weather>=3",
    "dragon",
    "han:悲",
    "han:悲伤欲绝",
    "han:悲 伤",
    "han:dragon",
    "''"
  })
  void otherNamesAreNot(String name) {
    assertThat(PromptFeatures.known(name)).isFalse();
  }

  @Test
  void aRunOfLettersWithoutEndIsNoWord() {
    assertThat(of("ш".repeat(64))).contains("word:" + "ш".repeat(64));
    assertThat(of("a " + "ш".repeat(65) + " cat"))
        .contains("word:cat")
        .noneMatch(n -> n.length() > 69);
    assertThat(PromptFeatures.known("word:" + "ш".repeat(64))).isTrue();
    assertThat(PromptFeatures.known("word:" + "ш".repeat(65))).isFalse();
  }

  @Test
  void theFirstFeatureInTheTextIsFoundThere() {
    var place = PromptFeatures.place("the Red dragon", Set.of("word:dragon", "word:red"));
    assertThat(place).hasValueSatisfying(at -> assertThat(at.start()).isEqualTo(4));
    assertThat(PromptFeatures.place("the red", Set.of("frames>=9"))).isEmpty();
  }
}

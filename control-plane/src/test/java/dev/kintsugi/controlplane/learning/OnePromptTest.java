package dev.kintsugi.controlplane.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kintsugi.core.learning.PromptFeatures.Submission;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OnePromptTest {

  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final LocalDate DAY = LocalDate.parse("2026-01-02");

  private static UUID digest(String prompt) {
    return OnePrompt.digest("acme", new Submission(prompt, 64, 48, 9, 8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a red dragon, 悲伤", "A  Red DRAGON! 悲伤.", " a ｒｅｄ dra\u200bgon 悲伤\n"})
  void whatReadsTheSameIsOne(String prompt) {
    assertThat(digest(prompt)).isEqualTo(digest("a red dragon 悲伤"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a red dragons", "red a dragon", "a red dragon 🐉", "(a red) dragon"})
  void otherWordsAreAnotherOne(String prompt) {
    assertThat(digest(prompt)).isNotEqualTo(digest("a red dragon"));
  }

  @Test
  void soIsAnotherTenantAndWhatFeaturesTellApart() {
    Submission cat = new Submission("a cat", 64, 48, 9, 8);
    assertThat(OnePrompt.digest("other", cat)).isNotEqualTo(digest("a cat"));
    assertThat(OnePrompt.digest("acme", new Submission("a cat", 1280, 720, 9, 8)))
        .isNotEqualTo(digest("a cat"));
    assertThat(OnePrompt.digest("acme", new Submission("a cat", 64, 49, 9, 7)))
        .as("no feature says that these differ")
        .isEqualTo(digest("a cat"));
  }

  @Test
  void aDrawIsTheSameForWhoTriesAgainAndAsGoodAsADieOtherwise() {
    double once = OnePrompt.draw(7, NOON, DAY, "acme", "a dragon");
    assertThat(OnePrompt.draw(7, NOON, DAY, "acme", "A dragon!")).isEqualTo(once);
    assertThat(OnePrompt.draw(8, NOON, DAY, "acme", "a dragon")).isNotEqualTo(once);
    assertThat(OnePrompt.draw(7, NOON.plusNanos(1000), DAY, "acme", "a dragon")).isNotEqualTo(once);
    assertThat(OnePrompt.draw(7, NOON, DAY, "other", "a dragon")).isNotEqualTo(once);
    assertThat(OnePrompt.draw(7, NOON, DAY.plusDays(1), "acme", "a dragon")).isNotEqualTo(once);

    int many = 20_000;
    int[] tenths = new int[10];
    IntStream.range(0, many)
        .mapToDouble(i -> OnePrompt.draw(7, NOON, DAY, "acme", "a dragon " + i))
        .forEach(draw -> tenths[(int) (10 * draw)]++);
    for (int tenth : tenths) {
      assertThat(tenth).isCloseTo(many / 10, within(200));
    }
  }
}

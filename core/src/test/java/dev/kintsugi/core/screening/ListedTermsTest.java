package dev.kintsugi.core.screening;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListedTermsTest {

  /** Looks for each term in turn; a real one is built with a library, and tested there. */
  private static final Lexicon LEXICON =
      text -> {
        List<Lexicon.Hit> hits = new ArrayList<>();
        Map.of("gore", "violence", "gore feast", "violence", "al gore", "", "斩首", "violence")
            .forEach(
                (term, category) -> {
                  for (int at = text.indexOf(term); at >= 0; at = text.indexOf(term, at + 1)) {
                    hits.add(new Lexicon.Hit(category, at, at + term.length()));
                  }
                });
        return hits;
      };

  private static Screening screen(String prompt) {
    return Screener.decide(prompt, ScreeningPolicy.DEFAULT, LEXICON);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a gore scene",
        "GORE",
        "ｇｏｒｅ at night",
        "g\u200bo\u2060re at night",
        "gоrе at night",
        "a g0re scene",
        "gor3!",
        "一个斩首的场面",
        "一个斩\u200b首的场面"
      })
  void aTermIsFoundHoweverItIsDisguised(String prompt) {
    assertThat(screen(prompt))
        .isInstanceOfSatisfying(
            Screening.Reject.class,
            rejected -> {
              assertThat(rejected.reasons()).extracting(Reason::rule).containsExactly(Rule.LEXICON);
              assertThat(rejected.suggestion()).isNull();
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gorey hats",
        "category",
        "Al Gore on a stage",
        "al  gore",
        "a gorge",
        "斩 首",
        "g ore"
      })
  void partsOfWordsAndExceptionsAreNot(String prompt) {
    assertThat(screen(prompt)).isInstanceOf(Screening.Accept.class);
  }

  @Test
  void theLongestTermIsNamedWhereItStands() {
    Reason reason = screen("🐉 a G\u200bORE   Feast").reasons().getFirst();
    assertThat(reason.start()).isEqualTo(4);
    assertThat(reason.text()).isEqualTo("G\u200bORE   Feast");
    assertThat(reason.message()).isEqualTo("Not drawn here; it is on the list 'violence'.");
    assertThat(screen("gore and gore").reasons()).hasSize(2);
  }

  @Test
  void aTermBehindManySmallOffencesIsStillFound() {
    String prompt =
        "a cat, "
            + IntStream.range(0, 25)
                .mapToObj(i -> ("l" + (char) ('a' + i) + " ").repeat(6))
                .collect(Collectors.joining())
            + "gore";
    assertThat(screen(prompt))
        .isInstanceOfSatisfying(
            Screening.Reject.class,
            rejected -> {
              assertThat(rejected.reasons()).hasSize(20);
              assertThat(rejected.reasons().getFirst().start()).isEqualTo(7);
              assertThat(rejected.reasons().getLast().text()).isEqualTo("gore");
            });
  }

  @Test
  void termsAreFoldedAsPromptsAre() {
    assertThat(Lexicon.fold("  Ｇｏｒｅ   FEAST ")).isEqualTo("gore feast");
  }
}

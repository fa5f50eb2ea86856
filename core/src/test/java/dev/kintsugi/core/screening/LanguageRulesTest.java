package dev.kintsugi.core.screening;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** With a tagger of a few words; what real ones come to is shown in the control plane. */
class LanguageRulesTest {

  /** Every word is a noun but these; a Chinese word is two characters. */
  private static final Map<String, PartOfSpeech> PARTS =
      Map.ofEntries(
          Map.entry("a", PartOfSpeech.DETERMINER),
          Map.entry("no", PartOfSpeech.DETERMINER),
          Map.entry("the", PartOfSpeech.DETERMINER),
          Map.entry("lonely", PartOfSpeech.ADJECTIVE),
          Map.entry("feels", PartOfSpeech.VERB),
          Map.entry("walks", PartOfSpeech.VERB),
          Map.entry("like", PartOfSpeech.PREPOSITION),
          Map.entry("in", PartOfSpeech.PREPOSITION),
          Map.entry("and", PartOfSpeech.CONJUNCTION),
          Map.entry(",", PartOfSpeech.PUNCTUATION),
          Map.entry(".", PartOfSpeech.PUNCTUATION));

  private final List<String> passages = new ArrayList<>();

  private final Tagger tagger =
      new Tagger() {
        @Override
        public List<Term> chinese(String text) {
          passages.add(text);
          return IntStream.range(0, (text.length() + 1) / 2)
              .mapToObj(i -> text.substring(2 * i, Math.min(text.length(), 2 * i + 2)))
              .map(word -> new Term(word, word.length(), PartOfSpeech.NOUN))
              .toList();
        }

        @Override
        public List<PartOfSpeech> english(List<String> words) {
          passages.add(String.join(" ", words));
          return words.stream().map(word -> PARTS.getOrDefault(word, PartOfSpeech.NOUN)).toList();
        }
      };

  private Screening decide(String prompt, int objects, int entities) {
    return Screener.decide(
        prompt,
        ScreeningPolicy.of(Map.of("objects", objects, "entities", entities)),
        Lexicon.NONE,
        tagger);
  }

  private static List<Rule> rules(Screening screening) {
    return screening.reasons().stream().map(Reason::rule).toList();
  }

  @Test
  void limitsAreThePolicys() {
    assertThat(rules(decide("cat, dog", 2, 1))).isEmpty();
    assertThat(rules(decide("cat, dog, bird", 2, 1))).containsExactly(Rule.OBJECT_COUNT);
    assertThat(rules(decide("a scene", 2, 1))).containsExactly(Rule.ABSTRACT);
    assertThat(rules(decide("a scene", 2, 0))).isEmpty();
    assertThat(rules(decide("a girl feels lonely", 2, 1))).isEmpty();
    assertThat(rules(decide("a girl feels lonely", 2, 2))).containsExactly(Rule.ABSTRACT);
    assertThat(rules(decide("a girl in the park feels lonely", 20, 3)))
        .containsExactly(Rule.ABSTRACT);
  }

  @Test
  void aRewordingSaysWhoDoesWhatWhereAndThenHowItLooks() {
    assertThat(decide("a girl walks and feels lonely", 20, 2).suggestion())
        .isEqualTo("a girl walks, lonely mood, soft natural light, static camera");
    assertThat(decide("cat and dog and bird and fish and crow", 4, 1).suggestion())
        .isEqualTo("cat and dog, soft natural light, static camera");
    assertThat(decide("in the park, a girl walks, feels lonely. closeup", 20, 3).suggestion())
        .isEqualTo("a girl walks, in the park, lonely mood, soft natural light, closeup");
  }

  @Test
  void whereThereIsNoSubjectNothingIsInvented() {
    assertThat(decide("a scene", 20, 2).suggestion()).isNull();
    assertThat(decide("like the wind", 20, 2).suggestion()).isNull();
  }

  @Test
  void whatIsDeniedIsNoSubjectAndStaysDenied() {
    assertThat(decide("no cat, a girl walks, feels lonely", 20, 3).suggestion())
        .isEqualTo("a girl walks, no cat, lonely mood, soft natural light, static camera");
    assertThat(decide("no cat feels lonely", 20, 2).suggestion()).isNull();
    assertThat(decide("no cat and dog, a girl, feels lonely", 20, 4).suggestion())
        .isEqualTo("a girl, no cat and dog, lonely mood, soft natural light, static camera");
  }

  @Test
  void aLongPromptIsSaidBriefly() {
    String prompt =
        IntStream.range(0, 50)
            .mapToObj(i -> " and a tree" + i)
            .collect(Collectors.joining("", "a girl walks in the park and sees a tree", ""));
    assertThat(Screener.anew(prompt, ScreeningPolicy.DEFAULT, Lexicon.NONE, tagger))
        .contains(
            "a girl walks in the park and sees a tree and a tree0 and a tree1 and a tree2"
                + " and a tree3 and a tree4 and a tree5, soft natural light, static camera");
    assertThat(Screener.anew("like the wind", ScreeningPolicy.DEFAULT, Lexicon.NONE, tagger))
        .isEmpty();
  }

  @Test
  void aFeelingBeforeTheSubjectIsLeftOut() {
    assertThat(decide("feels girl", 20, 2).suggestion())
        .isEqualTo("girl, soft natural light, static camera");
  }

  @Test
  void mixedTextIsReadInPassagesOfOneLanguage() {
    decide("女孩 walks in 公园", 20, 2);
    assertThat(passages).containsExactly("女孩", "walks in", "公园");
    passages.clear();
    decide("it's ｆｕｌｌ s\u200Bcene, 3只", 20, 2);
    assertThat(passages).containsExactly("it 's full scene , 3", "只");
  }

  @Test
  void whatTheTaggerCannotTellIsNoFault() {
    assertThat(rules(Screener.decide("a scene", ScreeningPolicy.DEFAULT))).isEmpty();
    assertThat(rules(decide("сцена scene", 20, 2))).as("a language nobody reads").isEmpty();
    assertThat(rules(decide("ѕсеnе", 20, 2)))
        .as("Latin in disguise")
        .containsExactly(Rule.ABSTRACT);
  }

  @Test
  void onlyTheBeginningIsRead() {
    decide("cat ".repeat(100_000), 20, 2);
    assertThat(passages.getFirst()).hasSizeLessThanOrEqualTo(TaggedText.LONGEST);
  }

  @Test
  void whatIsRejectedIsNotRead() {
    decide("a dog 😀😀😀😀😀", 20, 2);
    assertThat(passages).as("only the suggestion").containsExactly("a dog");
  }
}

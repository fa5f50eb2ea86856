package dev.kintsugi.controlplane.screening;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.kintsugi.core.screening.Lexicon;
import dev.kintsugi.core.screening.PromptTraits;
import dev.kintsugi.core.screening.Reason;
import dev.kintsugi.core.screening.Screener;
import dev.kintsugi.core.screening.Screening;
import dev.kintsugi.core.screening.ScreeningPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every stage that needs no other process, with the real lists and taggers. */
class LabelledPromptsTest {

  private static final Lexicon LISTS = new ListedLexicon("");
  private static final LanguageTagger TAGGER = tagger();

  static LanguageTagger tagger() {
    LanguageTagger tagger = new LanguageTagger();
    tagger.load();
    return tagger;
  }

  private static final String DEFAULTS = " mood, soft natural light, static camera，的氛围，柔和的自然光，固定镜头";

  static List<LabelledPrompt> labelled() {
    return LabelledPrompt.of("labelled.tsv");
  }

  private static Screening decide(String prompt) {
    return Screener.decide(prompt, ScreeningPolicy.DEFAULT, LISTS, TAGGER);
  }

  @ParameterizedTest
  @MethodSource("labelled")
  void everyPromptComesToWhatItsLabelSays(LabelledPrompt expected) {
    assertThat(expected.told(decide(expected.prompt()))).isEqualTo(expected);
  }

  @Test
  void theLabelledSetIsLargeAndHalfOfItChinese() {
    assertThat(labelled()).hasSizeGreaterThanOrEqualTo(400).doesNotHaveDuplicates();
    assertThat(labelled().stream().filter(LabelledPrompt::chinese).count())
        .isGreaterThanOrEqualTo(200);
  }

  /**
   * Prompts written after the rules, which no rule was changed for: how many come to what a person
   * says of them, by label. Of the good ones it was 142 until "blue" and "alive" were no feelings
   * of things, for other prompts' sake. The misses are told in docs/operating/screening.md.
   */
  @Test
  void theFreshSetComesToWhatWasFoundWhenItWasWritten() {
    Map<String, Integer> all = new TreeMap<>();
    Map<String, Integer> agreed = new TreeMap<>();
    for (LabelledPrompt expected : LabelledPrompt.of("fresh.tsv")) {
      LabelledPrompt told = expected.told(decide(expected.prompt()));
      String label = expected.rules().isEmpty() ? "good" : expected.rules();
      boolean same =
          told.verdict().equals(expected.verdict()) && told.rules().equals(expected.rules());
      all.merge(label, 1, Integer::sum);
      agreed.merge(label, same ? 1 : 0, Integer::sum);
      assertThat(label.equals("good") && told.verdict().equals("reject"))
          .as("stopped: " + expected.prompt())
          .isFalse();
    }
    assertThat(all)
        .isEqualTo(
            Map.of(
                "good",
                144,
                "abstract",
                49,
                "metaphor",
                20,
                "object_count",
                4,
                "emoji_run",
                2,
                "repetition",
                2,
                "stacked_negation",
                2,
                "script_mix",
                2,
                "lexicon",
                2));
    assertThat(agreed)
        .isEqualTo(
            Map.of(
                "good",
                144,
                "abstract",
                38,
                "metaphor",
                12,
                "object_count",
                4,
                "emoji_run",
                2,
                "repetition",
                2,
                "stacked_negation",
                2,
                "script_mix",
                2,
                "lexicon",
                2));
  }

  @Test
  void ofTenThousandGoodPromptsHardlyAnyIsSpokenAgainst() {
    GoodPrompts prompts = new GoodPrompts(20261129);
    List<String> stopped = new ArrayList<>();
    List<String> told = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      String prompt = prompts.next();
      Screening screening = decide(prompt);
      if (screening instanceof Screening.Reject || screening instanceof Screening.HoldForReview) {
        stopped.add(prompt);
      }
      if (!screening.reasons().isEmpty()) {
        told.add(screening.reasons().getFirst().rule() + ": " + prompt);
      }
    }
    assertThat(stopped).as("rejected or held, of 10,000").hasSizeLessThanOrEqualTo(50);
    assertThat(told).as("any reason, of 10,000").hasSizeLessThanOrEqualTo(200);
  }

  @Test
  void manyReadersAtOnceReadTheSame() throws Exception {
    List<String> prompts = labelled().stream().map(LabelledPrompt::prompt).toList();
    List<Screening> alone = prompts.stream().map(LabelledPromptsTest::decide).toList();
    try (var threads = Executors.newFixedThreadPool(8)) {
      Callable<List<Screening>> reading =
          () -> prompts.stream().map(LabelledPromptsTest::decide).toList();
      for (var read : threads.invokeAll(Collections.nCopies(8, reading))) {
        assertThat(read.get()).isEqualTo(alone);
      }
    }
  }

  @Test
  void aLongPromptIsSaidAnewBriefly() {
    String english =
        "An old fisherman mends his net on the pier while seagulls circle above him, "
            + "the harbour wakes slowly, boats leave one after another, ".repeat(8);
    assertThat(Screener.anew(english, ScreeningPolicy.DEFAULT, LISTS, TAGGER))
        .contains(
            "An old fisherman mends his net on the pier while seagulls circle above him, soft natural light, static camera");
    String chinese = "一位老渔夫在码头上补网，海鸥在他头顶盘旋，" + "港口慢慢醒来，渔船一艘接一艘离开，".repeat(8);
    assertThat(Screener.anew(chinese, ScreeningPolicy.DEFAULT, LISTS, TAGGER))
        .contains("一位老渔夫在码头上补网，柔和的自然光，固定镜头");
  }

  /** Once they were. */
  @Test
  void wordsThatOnlyEndAsIfTheyDeniedAreNotCut() {
    checked("女孩像as İn't free ");
    checked("女孩像as a girl isn't free ");
  }

  /** Whatever it is given, it answers, its spans are the prompt's own, and its rewording passes. */
  @Property(tries = 1000)
  void anyTextIsAnswered(@ForAll String prompt) {
    checked(prompt);
  }

  /** Texts of what the rules and the taggers look for, and of what makes readers stumble. */
  @Property(tries = 2000)
  void anyTextOfOffendingPartsIsAnswered(@ForAll long seed) {
    Random random = new Random(seed);
    StringBuilder prompt = new StringBuilder();
    for (int i = 0; i < random.nextInt(60); i++) {
      prompt.append(PARTS[random.nextInt(PARTS.length)]);
    }
    checked(prompt.toString());
  }

  private static final String[] PARTS = {
    "😀",
    "🇩",
    "👨‍👩‍👧",
    "\u200D",
    "\uFE0F",
    "1️⃣",
    "run ",
    " ",
    ", ",
    "不",
    "没有",
    "very ",
    "悲伤",
    "\u202E",
    "\u2066",
    "\uD800",
    "\uDC00",
    "\"",
    "（",
    "）",
    "!",
    "\n",
    "a\u0301\u0301\u0301\u0301",
    "not ",
    "like ",
    "the wind ",
    "像",
    "风",
    "一样",
    "一个",
    "女孩",
    "感觉",
    "很",
    "孤独",
    "在",
    "公园",
    "里",
    "feels ",
    "lonely ",
    "a girl ",
    "in ",
    "park ",
    "scene ",
    "as ",
    "free ",
    "is ",
    "time ",
    "、",
    "，",
    "。",
    "苹果",
    "apple ",
    "'s ",
    "n't ",
    "漢",
    "Ａ",
    "ѕсеnе ",
    "\uDB40\uDC67",
    "的",
    "\u0E33",
    "ﷺ",
    "İ",
    "ß",
    "ﬃ",
    "㎏"
  };

  private static void checked(String prompt) {
    Screening told = decide(prompt);
    int length = prompt.codePointCount(0, prompt.length());
    for (Reason reason : told.reasons()) {
      assertThat(reason.start()).isBetween(0, reason.end() - 1);
      assertThat(reason.end()).isLessThanOrEqualTo(length);
      int from = prompt.offsetByCodePoints(0, reason.start());
      int until = prompt.offsetByCodePoints(0, reason.end());
      assertThat(prompt.substring(from, until)).isEqualTo(reason.text());
    }
    if (told.suggestion() != null) {
      assertThat(decide(told.suggestion())).isEqualTo(new Screening.Accept());
      assertThat(told.suggestion()).isNotBlank();
      assertThat(words(prompt + DEFAULTS)).containsAll(words(told.suggestion()));
      assertThat(prompt.chars().boxed()).containsAll(digits(told.suggestion()));
    }
  }

  /** A number may have stood on keys. */
  private static List<Integer> digits(String text) {
    return text.chars().filter(c -> c >= '0' && c <= '9').boxed().toList();
  }

  /** Words of letters, and single Chinese characters. */
  private static Set<String> words(String text) {
    Stream<String> latin =
        PromptTraits.of(text).words().stream()
            .map(PromptTraits.Fragment::text)
            .filter(word -> !word.matches("[0-9]+"));
    Stream<String> han =
        text.codePoints()
            .filter(c -> Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN)
            .mapToObj(Character::toString);
    return Stream.concat(latin, han).collect(Collectors.toSet());
  }

  /** A megabyte takes as long as its length says, whatever it holds. */
  @ParameterizedTest
  @ValueSource(strings = {"像", "apple, ", "\u0301\u0316", "\uD800", "斩 首 视 频 ", "a.b "})
  void aMegabyteIsNoTrouble(String part) {
    String prompt = "a" + part.repeat(1_000_000 / part.length());
    assertThat(assertTimeoutPreemptively(Duration.ofMinutes(2), () -> decide(prompt))).isNotNull();
  }
}

package dev.kintsugi.core.screening;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Structure; the labelled prompts are with the taggers, in the control plane. */
class ScreenerTest {

  @Test
  void aSpanCountsCodePointsNotChars() {
    Reason reason = decide("𝔸 😀😀😀😀😀").reasons().getFirst();
    assertThat(reason.start()).isEqualTo(2);
    assertThat(reason.end()).isEqualTo(7);
    assertThat(reason.message()).contains("5 emoji in a row; at most 4");
  }

  /** U+FE0E makes text of what is text by default, a sun or a digit on a key; of no balloon. */
  @Test
  void whatIsAPictureByDefaultIsOneWhateverFollowsIt() {
    String party = "🎉\uFE0E🎂\uFE0E🎈\uFE0E🎁\uFE0E✨\uFE0E";
    assertThat(decide("a party " + party).reasons())
        .extracting(Reason::rule)
        .containsExactly(Rule.EMOJI_RUN);
    assertThat(PromptTraits.of(party).longestEmojiRun()).isEqualTo(5);
    assertThat(PromptTraits.of("⭐\uFE0E⚡\uFE0E☕\uFE0E").longestEmojiRun()).isEqualTo(3);
    assertThat(PromptTraits.of("🇩🇪\uFE0E☝\uFE0E🏽☝🏽\uFE0E").longestEmojiRun()).isEqualTo(3);
    assertThat(PromptTraits.of("☀\uFE0E☁\uFE0E☂\uFE0E1\uFE0E\u20E3").longestEmojiRun()).isZero();
  }

  @Test
  void limitsAreThePolicys() {
    ScreeningPolicy strict =
        ScreeningPolicy.of(
            Map.of("emojiRun", 2, "repeats", 2, "negations", 1, "scriptSwitches", 1));
    assertThat(Screener.decide("🐱🐱 run run, not 好 day", strict).reasons())
        .extracting(Reason::rule)
        .containsExactly(Rule.EMOJI_RUN, Rule.REPETITION, Rule.STACKED_NEGATION, Rule.SCRIPT_MIX);
  }

  /** Whatever it is given, it answers, its spans are the prompt's own, and its rewording passes. */
  @Property(tries = 2000)
  void anyTextIsAnswered(@ForAll String prompt) {
    checked(prompt);
  }

  /** Texts that are near to what the rules look for. */
  @Property(tries = 2000)
  void anyTextOfOffendingPartsIsAnswered(@ForAll long seed) {
    Random random = new Random(seed);
    String[] parts = {
      "😀",
      "🇩",
      "🇪",
      "👨‍👩‍👧",
      "\u200D",
      "\uFE0F",
      "1️⃣",
      "run",
      " ",
      ",",
      "不",
      "没有",
      "very",
      "悲伤",
      "\u202E",
      "\uD800",
      "\"",
      "（",
      "）",
      "!",
      "\n",
      "a\u0301",
      "not"
    };
    StringBuilder prompt = new StringBuilder();
    for (int i = 0; i < random.nextInt(80); i++) {
      prompt.append(parts[random.nextInt(parts.length)]);
    }
    checked(prompt.toString());
  }

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
    }
  }

  /** A megabyte of the worst takes as long as its length says, not as its square. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "😀",
        "😀😀😀😀😀a",
        "run ",
        "ab",
        "不",
        "不,",
        "a悲",
        "\u200D",
        "\"",
        "😀\u200D",
        "Il1|ïΝ",
        "s\u0336\u034F",
        "\u0301\u0316",
        "a b c d e f g h "
      })
  void aMegabyteIsNoTrouble(String part) {
    String prompt = part.repeat(1_000_000 / part.length());
    assertThat(assertTimeoutPreemptively(Duration.ofMinutes(2), () -> decide(prompt))).isNotNull();
  }

  private static Screening decide(String prompt) {
    return Screener.decide(prompt, ScreeningPolicy.DEFAULT);
  }
}

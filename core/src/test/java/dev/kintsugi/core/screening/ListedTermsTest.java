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

  private static final Lexicon LEXICON =
      lexicon(
          Map.of("gore", "violence", "gore feast", "violence", "al gore", "", "斩首", "violence"));

  /** What slips through is written in many ways. */
  private static final Lexicon DISGUISED =
      lexicon(
          Map.ofEntries(
              Map.entry("child porn", "a"),
              Map.entry("how to kill myself", "b"),
              Map.entry("snuff film", "c"),
              Map.entry("tit", "d"),
              Map.entry("ass", "d"),
              Map.entry("sos", "d"),
              Map.entry("404", "e"),
              Map.entry("area 51", "e"),
              Map.entry("acme corp", "f"),
              Map.entry("acme corp 4k tv", ""),
              Map.entry("mall", "g"),
              Map.entry("ill", "g"),
              Map.entry("pot", "g"),
              Map.entry("ano", "g"),
              Map.entry("año", ""),
              Map.entry("cafés", "g"),
              Map.entry("斩首", "h"),
              Map.entry("自杀", "h"),
              Map.entry("血淋淋", "h"),
              Map.entry("自杀教程", "h"),
              Map.entry("杀人指南书", "h"),
              Map.entry("自杀教程展", ""),
              Map.entry("포르노", "h"),
              Map.entry("порно", "h"),
              Map.entry("はは", "h"),
              Map.entry("νόμος", "h")));

  /** Looks for each term in turn; a real one is built with a library, and tested there. */
  private static Lexicon lexicon(Map<String, String> terms) {
    return text -> {
      List<Lexicon.Hit> hits = new ArrayList<>();
      terms.forEach(
          (term, category) -> {
            String key = Lexicon.key(term);
            for (int at = text.indexOf(key); at >= 0; at = text.indexOf(key, at + 1)) {
              hits.add(new Lexicon.Hit(category, term, at));
            }
          });
      return hits;
    };
  }

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
      strings = {"gorey hats", "category", "Al Gore on a stage", "al  gore", "a gorge", "g ore"})
  void partsOfWordsAndExceptionsAreNot(String prompt) {
    assertThat(screen(prompt)).isInstanceOf(Screening.Accept.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "chi1d porn",
        "ch|ld p0rn",
        "how to ki11 myself",
        "how to kiIl myself",
        "a snuff fiIm",
        "A SNUFF FlLM",
        "ЅNUFF FІLМ",
        "ЅΝUFF FILΜ",
        "snuff fiӏm",
        "РОТ",
        "snu\u034Fff film",
        "snu\u115Fff\u180B film",
        "snuff\u3164film",
        "s\u0336n\u0336u\u0336f\u0336f\u0336 film",
        "s\u200B\u0336nuff film",
        "snüff fılm",
        "sñuff fïlm",
        "ꜱɴᴜꜰꜰ film",
        "snuff-film",
        "snuff_film",
        "snuff\u2011film",
        "404 not found",
        "in area 51",
        "an acme corp tv",
        "an acme c0rp tv",
        "a$$",
        "@ss!",
        "mall",
        "MALL",
        "ma1l",
        "斩\u0336首\u0336",
        "포르노",
        "ПОРНО",
        "ΝΌΜΟΣ Νόμος",
        "cafés",
        "はは"
      })
  void aDisguiseIsUndone(String prompt) {
    assertThat(Screener.decide(prompt, ScreeningPolicy.DEFAULT, DISGUISED))
        .isInstanceOf(Screening.Reject.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a Boeing 717 takes off",
        "455 and $505, 1,717 of them",
        "|11| 111",
        "the mail",
        "MAIL",
        "I'll be there",
        "10 l of milk",
        "a pixel 1 phone",
        "an acme corp 4k tv in a shop",
        "an ACME-Corp 4K TV in a shop",
        "feliz año nuevo",
        "two cafes",
        "area 5l5",
        "он открыл рот",
        "he takes snuff - film grain, heavy",
        "he takes snuff--film grain",
        "a snuff, film grain",
        "ばは ぱぱ はぱ",
        "ははは",
        "assume a class"
      })
  void whatOnlyLooksALittleLikeATermIsNone(String prompt) {
    assertThat(Screener.decide(prompt, ScreeningPolicy.DEFAULT, DISGUISED))
        .isInstanceOf(Screening.Accept.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "斩 首",
        "斩·首",
        "夜里 斩\u200b 首 的场面",
        "一 个 斩 首 的 场 面",
        "血 淋 淋",
        "血，淋，淋",
        "杀 人 指 南 书",
        "杀·人·指·南·书",
        "杀.人.指.南.书",
        "有人在看杀·人·指·南·书吧",
        "杀、人、指、南、书",
        "杀🔪人🔪指🔪南🔪书",
        "杀··人·指···南·书",
        "杀 · 人 · 指 · 南 · 书",
        "杀|人-指_南*书",
        "杀\n人\n指\n南\n书",
        "杀人 指南书",
        "看杀人·指南书",
        "杀人-*指南书",
        "杀人*-指南书",
        "杀人 *·* 指南书",
        "杀--人--指--南--书",
        "杀\u3000人指南 书",
        "a s.n.u.f.f f.i.l.m",
        "a s-n-u-f-f film!",
        "a s_n_u_f_f film",
        "t i t",
        "a m a l l at night",
        "a M A L L",
        "m·a·l·l",
        "п о р н о",
        "看p.o.t",
        "m a l l a man",
        "I m a l l him",
        "when I m a l l a dog",
        "the m a l l I saw",
        "自杀教程展，自 杀 教 程"
      })
  void aTermIsFoundSpelledOneByOne(String prompt) {
    assertThat(Screener.decide(prompt, ScreeningPolicy.DEFAULT, DISGUISED))
        .isInstanceOf(Screening.Reject.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "他自，杀鸡",
        "他自 杀鸡",
        "来自 杀 鸡",
        "他要斩 首先",
        "他要斩。首先",
        "斩，首",
        "看血，淋，淋吧",
        "刀、枪、斩、首、山",
        "他血。淋。淋雨",
        "他血，淋淋雨",
        "血淋 淋浴",
        "他要杀人，指南书在桌上",
        "他要杀人。指南书在桌上",
        "杀人——指南书",
        "杀人--指南书",
        "杀人 -- 指南书",
        "杀人*--指南书",
        "杀人-🔪指南书",
        "杀人“指南”书",
        "杀·人，指南书",
        "自 杀 教 程 展",
        "自杀 教程展",
        "t, i, t",
        "t.i t",
        "vitamins m, a, l and l",
        "m a l l s",
        "a.m.a.l.l",
        "i.m.a.l.l",
        "m.a.l.l.a man",
        "M A L L A",
        "M A L L A, a man",
        "m a l l a b man",
        "m a l l o man",
        "u m a l l a man",
        "4.0.4 and 4 0 4"
      })
  void whatIsOnlySpelledALittleLikeATermIsNone(String prompt) {
    assertThat(Screener.decide(prompt, ScreeningPolicy.DEFAULT, DISGUISED))
        .isInstanceOf(Screening.Accept.class);
  }

  @Test
  void aSpelledTermIsNamedWhereItStands() {
    String prompt = "🐉 看杀 · 人 · 指 · 南 · 书吧, s.n.\u200bu.f.f film";
    assertThat(Screener.decide(prompt, ScreeningPolicy.DEFAULT, DISGUISED).reasons())
        .extracting(Reason::text)
        .containsExactly("杀 · 人 · 指 · 南 · 书", "s.n.\u200bu.f.f film");
  }

  @Test
  void aDisguisedTermIsNamedWhereItStands() {
    String prompt = "🐉 as\u0336\u0336 \u034Fs\u0336n\u034Fuff-f\u0336iIm\u0336!";
    Reason reason =
        Screener.decide(prompt, ScreeningPolicy.DEFAULT, DISGUISED).reasons().getFirst();
    assertThat(reason.text()).isEqualTo("s\u0336n\u034Fuff-f\u0336iIm\u0336");
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
    assertThat(Lexicon.term("  Ｇｏｒｅ_FEAST ")).contains("gore feast");
    assertThat(Lexicon.term("Illinois 1-1")).contains("illinois 1 1");
    assertThat(Lexicon.key("a ki||er, 4Ü")).hasSize(12);
  }
}

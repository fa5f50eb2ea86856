package dev.kintsugi.controlplane.screening;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.kintsugi.core.screening.Lexicon;
import dev.kintsugi.core.screening.Reason;
import dev.kintsugi.core.screening.Rule;
import dev.kintsugi.core.screening.Screener;
import dev.kintsugi.core.screening.Screening;
import dev.kintsugi.core.screening.ScreeningPolicy;
import dev.kintsugi.protocol.fleet.PromptPolicyState.Terms;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class ListedLexiconTest {

  @TempDir Path lists;

  private static boolean stops(ListedLexicon lexicon, String prompt) {
    Screening screening = Screener.decide(prompt, ScreeningPolicy.DEFAULT, lexicon);
    return screening instanceof Screening.Reject
        && screening.reasons().getFirst().rule() == Rule.LEXICON;
  }

  @Test
  void theListsThatComeAlongAreSmallAndWork() {
    var lexicon = new ListedLexicon("");
    assertThat(stops(lexicon, "a Snuff  Film at night")).isTrue();
    assertThat(stops(lexicon, "夜里的自杀教程")).isTrue();
    assertThat(stops(lexicon, "a film about snuff boxes")).isFalse();
    lexicon.reload();
    assertThat(lexicon.version()).hasSize(12);
  }

  @Test
  void chineseListsAreGoodForBothScripts() throws IOException {
    var ours = new ListedLexicon("");
    assertThat(stops(ours, "兒童色情")).isTrue();
    assertThat(stops(ours, "一段斬首視頻，夜晚")).isTrue();
    assertThat(stops(ours, "自\u200B殺教程")).isTrue();
    assertThat(stops(ours, "兒童節的夜晚")).isFalse();

    Files.writeString(lists.resolve("a.txt"), "龍門集團\n!龍門集團博物館\n");
    var traditional = new ListedLexicon(lists.toString());
    assertThat(stops(traditional, "龙门集团的大楼")).isTrue();
    assertThat(stops(traditional, "龍門集團的大樓")).isTrue();
    assertThat(stops(traditional, "龍門集团博物館")).isFalse();

    Lexicon added =
        AddedTerms.to(traditional, new Terms(Map.of("b", List.of("發財")), List.of("龙门集团大楼")));
    String prompt = "🐉龍門集團大樓，髮財！發財";
    assertThat(Screener.decide(prompt, ScreeningPolicy.DEFAULT, added).reasons())
        .extracting(Reason::text)
        .containsExactly("髮財", "發財");
  }

  @Test
  void whatIsInForceAtTheStartIsLogged() {
    Logger log = (Logger) LoggerFactory.getLogger(ListedLexicon.class);
    Level before = log.getLevel();
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    log.setLevel(Level.INFO);
    log.addAppender(lines);
    try {
      var lexicon = new ListedLexicon("");
      assertThat(lines.list)
          .extracting(ILoggingEvent::getFormattedMessage)
          .contains("Lists " + lexicon.version() + " with 11 terms are in force");
    } finally {
      log.detachAppender(lines);
      log.setLevel(before);
    }
  }

  @Test
  void listsAreReadAgainAndWrongOnesLeaveTheOldInForce() throws IOException {
    Path brand = lists.resolve("brands.txt");
    Files.writeString(brand, "# ours\n\nＡＣＭＥ  corp\n!acme corp museum\n");
    var lexicon = new ListedLexicon(lists.toString());
    assertThat(stops(lexicon, "the acme corp tower")).isTrue();
    assertThat(stops(lexicon, "the acme corp museum")).isFalse();
    assertThat(stops(lexicon, "a snuff film")).as("no list of ours").isFalse();
    String first = lexicon.version();

    Files.writeString(brand, "acme corp\nvolcano\n");
    lexicon.reload();
    assertThat(lexicon.version()).isNotEqualTo(first);
    assertThat(stops(lexicon, "a volcano")).isTrue();
    assertThat(stops(lexicon, "the acme corp museum")).isTrue();

    Files.writeString(brand, "acme corp\nno\n");
    lexicon.reload();
    assertThat(stops(lexicon, "a volcano")).as("the last good lists").isTrue();
    Files.writeString(brand, "# only a comment\n!an exception\n");
    lexicon.reload();
    assertThat(stops(lexicon, "a volcano")).as("lists that forbid nothing").isTrue();
    Files.move(brand, lists.resolve("brands"));
    lexicon.reload();
    assertThat(stops(lexicon, "a volcano")).as("no list at all").isTrue();
    Files.writeString(brand, "geyser");
    lexicon.reload();
    assertThat(stops(lexicon, "a geyser, no volcano")).isTrue();
  }

  @Test
  void anExceptionHoldsWhateverTheFilesAreCalled() throws IOException {
    for (String name : List.of("allow.txt", "zebra.txt")) {
      Path exceptions = Files.writeString(lists.resolve(name), "!snuff film\n");
      Files.writeString(lists.resolve("violence.txt"), "snuff film\n!gore\nsnuff  FILM\ngore\nwar");
      var lexicon = new ListedLexicon(lists.toString());
      assertThat(stops(lexicon, "a snuff film")).as(name).isFalse();
      assertThat(stops(lexicon, "gore")).as("in one file, before the term").isFalse();
      assertThat(stops(lexicon, "war")).isTrue();
      Files.delete(exceptions);
    }
  }

  @Test
  void wrongListsAtTheStartAreNamed() throws IOException {
    assertThatThrownBy(() -> new ListedLexicon(lists.resolve("none").toString()))
        .hasMessageContaining("kintsugi.screening.lexicon-dir")
        .hasMessageContaining("none");
    Files.writeString(lists.resolve("violence"), "a name without its ending");
    assertThatThrownBy(() -> new ListedLexicon(lists.toString()))
        .hasMessageContaining("kintsugi.screening.lexicon-dir")
        .hasMessageContaining("no file there ends with .txt");
    Files.writeString(lists.resolve("a.txt"), "# soon\n!fine\n");
    assertThatThrownBy(() -> new ListedLexicon(lists.toString()))
        .hasMessageContaining("a.txt")
        .hasMessageContaining("no term");
    Files.write(lists.resolve("a.txt"), "儿童色情\n".getBytes(Charset.forName("GBK")));
    assertThatThrownBy(() -> new ListedLexicon(lists.toString()))
        .hasMessageContaining("a.txt is not UTF-8");
    Files.writeString(lists.resolve("a.txt"), "fine\n\n ab \n");
    assertThatThrownBy(() -> new ListedLexicon(lists.toString()))
        .hasMessageContaining("a.txt, line 3")
        .hasMessageContaining("'ab'");
    Files.writeString(lists.resolve("a.txt"), "x".repeat(101));
    assertThatThrownBy(() -> new ListedLexicon(lists.toString()))
        .hasMessageContaining("a.txt, line 1");
  }

  @Test
  void aHundredThousandTermsAreFoundInOneReading() throws IOException {
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 100_000; i++) {
      many.append("term").append(Integer.toString(i, 36)).append('\n');
    }
    Files.writeString(lists.resolve("many.txt"), many);
    var lexicon = new ListedLexicon(lists.toString());
    assertThat(stops(lexicon, "a term2s here")).isTrue();
    assertThat(lexicon.find("ter".repeat(330_000))).isEmpty();
    assertThat(lexicon.simplified("兒".repeat(330_000))).startsWith("儿儿").hasSize(330_000);
    Files.writeString(lists.resolve("more.txt"), "one too many\n");
    assertThatThrownBy(() -> new ListedLexicon(lists.toString()))
        .hasMessageContaining("at most 100000");
  }
}

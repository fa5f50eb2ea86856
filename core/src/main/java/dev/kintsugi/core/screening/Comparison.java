package dev.kintsugi.core.screening;

import static dev.kintsugi.core.screening.PartOfSpeech.ADJECTIVE;
import static dev.kintsugi.core.screening.PartOfSpeech.ADVERB;
import static dev.kintsugi.core.screening.PartOfSpeech.AUXILIARY;
import static dev.kintsugi.core.screening.PartOfSpeech.DETERMINER;
import static dev.kintsugi.core.screening.PartOfSpeech.MEASURE;
import static dev.kintsugi.core.screening.PartOfSpeech.NUMBER;
import static dev.kintsugi.core.screening.PartOfSpeech.PREPOSITION;
import static dev.kintsugi.core.screening.PartOfSpeech.PRONOUN;
import static dev.kintsugi.core.screening.PartOfSpeech.VERB;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What is said by comparison: "like the wind", "as free as a bird", "time is a river", 像风一样. What
 * stands in one is not to be seen.
 *
 * @param from index of its first token
 * @param to index after its last token
 */
record Comparison(int from, int to) {

  private static final Set<String> CHINESE =
      Set.of(
          "像", "好像", "仿佛", "彷佛", "宛如", "宛若", "犹如", "如同", "好似", "恰似", "好比", "有如", "恍如", "如", "似",
          "就像", "正如", "恍若", "犹若", "似乎", "象");

  /** These compare only when one of {@link #CLOSES} follows. */
  private static final Set<String> NEED_CLOSE = Set.of("如", "似", "象", "似乎", "正如");

  private static final Set<String> CLOSES =
      Set.of("一样", "一般", "般", "似的", "那样", "那般", "样", "一样地", "般地", "似", "般的", "一般地", "这样");

  /** With what they lead, they belong to the noun before them. */
  private static final Set<String> OF = Set.of("of", "with", "without");

  private static final Set<String> COPULAS =
      Set.of("is", "are", "was", "were", "'s", "是", "就是", "becomes", "成为", "变成", "化作", "化为");

  private static final Set<String> LOOKS = Set.of("look", "looks", "looking", "looked", "shaped");

  /** All in a text, in its order, apart from each other. */
  static List<Comparison> of(List<Token> tokens) {
    List<Comparison> found = new ArrayList<>();
    int at = 0;
    while (at < tokens.size()) {
      int to = end(tokens, at);
      if (to > at) {
        found.add(new Comparison(at, to));
      }
      at = Math.max(at + 1, to);
    }
    return found;
  }

  /** Index after the comparison that begins there, or -1. */
  private static int end(List<Token> tokens, int at) {
    Token token = tokens.get(at);
    if (token.chinese() && CHINESE.contains(token.text())) {
      return chinese(tokens, at);
    }
    if (token.text().equals("like") && !token.is(VERB) && !looks(tokens, at)) {
      return phraseEnd(tokens, at + 1, false);
    }
    if (token.text().equals("as")) {
      return english(tokens, at);
    }
    return token.noun() && Vocabulary.idea(token.text()) ? metaphor(tokens, at) : -1;
  }

  /** What looks like a rabbit is drawn like one. */
  private static boolean looks(List<Token> tokens, int at) {
    return at > 0 && LOOKS.contains(tokens.get(at - 1).text());
  }

  private static int chinese(List<Token> tokens, int at) {
    for (int i = at + 1; same(tokens, at, i); i++) {
      if (CLOSES.contains(tokens.get(i).text())) {
        return i + 1;
      }
    }
    return NEED_CLOSE.contains(tokens.get(at).text()) ? -1 : phraseEnd(tokens, at + 1, true);
  }

  /** As if, as though, as … as, and fast as. */
  private static int english(List<Token> tokens, int at) {
    if (!same(tokens, at, at + 1)) {
      return -1;
    }
    if (Set.of("if", "though").contains(tokens.get(at + 1).text())) {
      int to = at + 2;
      while (same(tokens, at, to)) {
        to++;
      }
      return to;
    }
    for (int i = at + 2; i <= at + 3 && same(tokens, at, i); i++) {
      if (tokens.get(i).text().equals("as")) {
        return phraseEnd(tokens, i + 1, false);
      }
    }
    boolean fastAs =
        at > 0
            && same(tokens, at - 1, at)
            && tokens.get(at - 1).is(ADJECTIVE)
            && !tokens.get(at - 1).text().equals("such");
    int to = fastAs ? phraseEnd(tokens, at + 1, false) : -1;
    return to > 0 && acts(tokens, at, to) ? -1 : to;
  }

  /** What does something at the same time is no comparison: red as the sun sets. */
  private static boolean acts(List<Token> tokens, int at, int to) {
    int next = to;
    while (same(tokens, at, next) && tokens.get(next).is(ADVERB)) {
      next++;
    }
    return (same(tokens, at, next) && tokens.get(next).is(VERB, AUXILIARY))
        || endsWithVerb(tokens, at + 1, to);
  }

  /** Taggers take it for a noun: a flower blooms. What may be either is no comparison. */
  private static boolean endsWithVerb(List<Token> tokens, int from, int to) {
    String last = tokens.get(to - 1).text();
    return Set.of("a", "an", "the").contains(tokens.get(from).text())
        && tokens.get(to - 2).noun()
        && last.endsWith("s")
        && !last.endsWith("ss");
  }

  private static int metaphor(List<Token> tokens, int at) {
    boolean says =
        same(tokens, at, at + 2)
            && COPULAS.contains(tokens.get(at + 1).text())
            && tokens.get(at + 2).is(DETERMINER, NUMBER, MEASURE);
    return says ? phraseEnd(tokens, at + 2, tokens.get(at).chinese()) : -1;
  }

  /** Index after the noun phrase that begins there; -1 where none does. */
  private static int phraseEnd(List<Token> tokens, int from, boolean chinese) {
    int to = from;
    boolean noun = false;
    while (same(tokens, from, to)) {
      Token token = tokens.get(to);
      boolean of = noun && (OF.contains(token.text()) || (chinese && token.text().equals("的")));
      if (token.noun()) {
        noun = true;
      } else if (of) {
        noun = false;
      } else if (noun || !leads(token)) {
        break;
      }
      to++;
    }
    return to > from && noun ? to : -1;
  }

  private static boolean leads(Token token) {
    return token.is(DETERMINER, NUMBER, MEASURE, ADJECTIVE, ADVERB, PRONOUN)
        || (token.chinese()
            && (token.text().equals("的") || token.is(VERB, AUXILIARY, PREPOSITION)));
  }

  private static boolean same(List<Token> tokens, int one, int other) {
    return other < tokens.size() && tokens.get(one).clause() == tokens.get(other).clause();
  }
}

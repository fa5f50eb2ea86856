package dev.kintsugi.core.screening;

import static dev.kintsugi.core.screening.PartOfSpeech.ADJECTIVE;
import static dev.kintsugi.core.screening.PartOfSpeech.AUXILIARY;
import static dev.kintsugi.core.screening.PartOfSpeech.CONJUNCTION;
import static dev.kintsugi.core.screening.PartOfSpeech.DETERMINER;
import static dev.kintsugi.core.screening.PartOfSpeech.MEASURE;
import static dev.kintsugi.core.screening.PartOfSpeech.NUMBER;
import static dev.kintsugi.core.screening.PartOfSpeech.VERB;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What a prompt wants left out: "no people", "do not show cars", 没有人.
 *
 * @param from index of its first token
 * @param to index after its last token
 */
record Exclusion(int from, int to) {

  private static final Set<String> NOBODY = Set.of("nobody", "无人");

  /** All in a text, in its order, apart from each other. */
  static List<Exclusion> of(List<Token> tokens) {
    List<Exclusion> found = new ArrayList<>();
    int at = 0;
    while (at < tokens.size()) {
      int to = end(tokens, at);
      if (to > at) {
        found.add(new Exclusion(begin(tokens, at), to));
      }
      at = Math.max(at + 1, to);
    }
    return found;
  }

  boolean has(int token) {
    return from <= token && token < to;
  }

  /** A helping verb goes with what denies it: do not. */
  private static int begin(List<Token> tokens, int at) {
    return same(tokens, at, at - 1) && tokens.get(at - 1).text().equals("do") ? at - 1 : at;
  }

  /** Index after what is left out; -1 where nothing is that could be seen. */
  private static int end(List<Token> tokens, int at) {
    String word = tokens.get(at).text();
    boolean acts = same(tokens, at, at + 1) && tokens.get(at + 1).is(VERB, AUXILIARY);
    if (NOBODY.contains(word)) {
      return acts ? -1 : at + 1;
    }
    if (!Negations.deny(word) && !word.equals("n't")) {
      return -1;
    }
    boolean asked = !same(tokens, at, begin(tokens, at) - 1);
    int to = phraseEnd(tokens, acts && asked ? at + 2 : at + 1);
    if (to < 0 || !same(tokens, at, to)) {
      return to;
    }
    if (tokens.get(to).text().equals("的")) {
      return -1;
    }
    int more = tokens.get(to).is(CONJUNCTION) ? phraseEnd(tokens, to + 1) : -1;
    return more > 0 && !same(tokens, to, more) ? more : to;
  }

  /** Index after the noun phrase that begins there; -1 where none does. */
  private static int phraseEnd(List<Token> tokens, int from) {
    int to = from;
    while (same(tokens, from - 1, to) && leads(tokens.get(to))) {
      to++;
    }
    int nouns = to;
    while (same(tokens, from - 1, to) && thing(tokens.get(to))) {
      to++;
    }
    return to > nouns ? to : -1;
  }

  private static boolean leads(Token token) {
    return token.is(DETERMINER, NUMBER, MEASURE, ADJECTIVE);
  }

  private static boolean thing(Token token) {
    return token.noun() && !Vocabulary.idea(token.text()) && !Vocabulary.feeling(token.text());
  }

  private static boolean same(List<Token> tokens, int one, int other) {
    return other >= 0
        && other < tokens.size()
        && tokens.get(other).clause() == tokens.get(one).clause()
        && !tokens.get(other).is(PartOfSpeech.PUNCTUATION);
  }
}

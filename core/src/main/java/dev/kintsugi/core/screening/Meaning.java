package dev.kintsugi.core.screening;

import static dev.kintsugi.core.screening.PartOfSpeech.ADJECTIVE;
import static dev.kintsugi.core.screening.PartOfSpeech.ADVERB;
import static dev.kintsugi.core.screening.PartOfSpeech.AUXILIARY;
import static dev.kintsugi.core.screening.PartOfSpeech.CONJUNCTION;
import static dev.kintsugi.core.screening.PartOfSpeech.PARTICLE;
import static dev.kintsugi.core.screening.PartOfSpeech.PUNCTUATION;
import static dev.kintsugi.core.screening.PartOfSpeech.TIME;
import static dev.kintsugi.core.screening.PartOfSpeech.VERB;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * What a prompt gives a painter to draw.
 *
 * @param tokens its words and signs
 * @param compared what is said by comparison
 * @param felt index of the first word that tells a feeling rather than shows it; -1 for none
 * @param objects indices of the heads of everything that can be seen and is meant as it is said,
 *     each thing once
 * @param persons how many words mean somebody without a noun
 * @param shown how many other words show something, such as a smile or rain
 */
record Meaning(
    List<Token> tokens,
    List<Comparison> compared,
    int felt,
    List<Integer> objects,
    int persons,
    int shown) {

  /** Nouns in a row that may still be one thing, such as a coffee table book. */
  private static final int LONGEST_COMPOUND = 3;

  static Meaning of(List<Token> tokens) {
    List<Comparison> compared = Comparison.of(tokens);
    boolean[] literal = literal(tokens.size(), compared);
    List<Integer> objects = objects(tokens, literal);
    int persons = count(literal, at -> person(tokens, at));
    boolean things =
        !objects.isEmpty()
            && persons == 0
            && objects.stream().noneMatch(at -> Living.feels(tokens.get(at).text()));
    return new Meaning(
        tokens,
        compared,
        felt(tokens, things),
        objects,
        persons,
        count(literal, at -> Vocabulary.shown(tokens.get(at).text()) && !tokens.get(at).noun()));
  }

  boolean literal(int at) {
    return compared.stream().noneMatch(c -> c.from() <= at && at < c.to());
  }

  private static boolean[] literal(int size, List<Comparison> compared) {
    boolean[] literal = new boolean[size];
    Arrays.fill(literal, true);
    compared.forEach(c -> Arrays.fill(literal, c.from(), c.to(), false));
    return literal;
  }

  private static int count(boolean[] literal, IntPredicate what) {
    return (int)
        IntStream.range(0, literal.length).filter(at -> literal[at] && what.test(at)).count();
  }

  /** Whether a word means somebody who is seen, and not whose wish or idea it is. */
  private static boolean person(List<Token> tokens, int at) {
    Token token = tokens.get(at);
    boolean owns =
        Vocabulary.speaker(token.text())
            && at + 1 < tokens.size()
            && tokens.get(at + 1).text().equals("的");
    boolean asks = at > 0 && Vocabulary.asking(tokens.get(at - 1).text());
    return Vocabulary.person(token.text()) && !token.noun() && !owns && !asks;
  }

  /**
   * @param things nobody is there who could feel
   */
  private static int felt(List<Token> tokens, boolean things) {
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      boolean verb = Vocabulary.feelingVerb(token.text()) && !token.is(ADJECTIVE);
      boolean named =
          Vocabulary.feeling(token.text())
              && !leads(tokens, i)
              && !(things && Vocabulary.looks(token.text()))
              && !coloured(tokens, i);
      boolean told = token.is(ADJECTIVE, VERB) && !wished(tokens, i);
      if (verb || named && (token.noun() || told)) {
        return i;
      }
    }
    return -1;
  }

  /** Somebody is blue; what she wears is no mood. */
  private static boolean coloured(List<Token> tokens, int at) {
    boolean said = at > 0 && tokens.get(at - 1).is(AUXILIARY, ADVERB);
    return Vocabulary.colour(tokens.get(at).text()) && !said;
  }

  /** Happy new year tells no feeling. */
  private static boolean wished(List<Token> tokens, int at) {
    return at > 0 && Vocabulary.feast(tokens.get(at - 1).text());
  }

  /**
   * Whether it goes with what follows: a lonely lighthouse can be seen, a warm afternoon is light.
   */
  private static boolean leads(List<Token> tokens, int at) {
    int clause = tokens.get(at).clause();
    for (int i = at + 1; i < tokens.size() && tokens.get(i).clause() == clause; i++) {
      Token token = tokens.get(i);
      if (token.noun() || token.is(TIME)) {
        return true;
      }
      boolean between =
          token.is(ADJECTIVE, CONJUNCTION) || token.is(PARTICLE) && token.text().equals("的");
      if (!between) {
        return token.is(PARTICLE, VERB) && token.chinese() && token.text().equals("地");
      }
    }
    return false;
  }

  private static List<Integer> objects(List<Token> tokens, boolean[] literal) {
    List<Integer> objects = new ArrayList<>();
    Set<String> named = new HashSet<>();
    int at = 0;
    while (at < tokens.size()) {
      int to = at;
      List<Integer> seen = new ArrayList<>();
      while (to < tokens.size() && tokens.get(to).noun() && literal[to]) {
        if (tokens.get(to).entity()) {
          seen.add(to);
        }
        to++;
      }
      boolean name = seen.stream().anyMatch(i -> tokens.get(i).part() == PartOfSpeech.PROPER);
      if (seen.size() <= LONGEST_COMPOUND || name) {
        seen = seen.subList(Math.max(0, seen.size() - 1), seen.size());
      }
      seen.stream().filter(i -> named.add(tokens.get(i).text())).forEach(objects::add);
      at = Math.max(at + 1, to);
    }
    return objects;
  }

  /** Index after the clause of a token, without the sign that ends it. */
  int clauseEnd(int at) {
    int to = at;
    while (to < tokens.size() && tokens.get(to).clause() == tokens.get(at).clause()) {
      to++;
    }
    return to > at && tokens.get(to - 1).is(PUNCTUATION) ? to - 1 : to;
  }
}

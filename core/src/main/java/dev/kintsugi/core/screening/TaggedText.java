package dev.kintsugi.core.screening;

import dev.kintsugi.core.screening.Glyph.Kind;
import dev.kintsugi.core.screening.Wording.Script;
import dev.kintsugi.core.screening.Wording.Word;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A prompt as words with their parts of speech. Mixed text is cut by script, and each passage is
 * read as the language it is in.
 */
record TaggedText(Wording wording, List<Token> tokens) {

  /**
   * Code points that are looked at. The taggers' work is linear, yet hundreds of times that of
   * every other rule, and no model reads further than that.
   */
  static final int LONGEST = 2_048;

  private static final String CLAUSE_ENDS = ",.;:!?。、\n";
  private static final Set<String> ARTICLES = Set.of("a", "an", "the");
  private static final List<String> ENDINGS =
      List.of("n't", "'s", "'re", "'ve", "'ll", "'d", "'m", "n’t", "’s");

  private static final String DENYING = "n't";

  /** What a denying ending comes after; other words that end so are one word. */
  private static final Set<String> DENIABLE =
      Set.of(
          "is", "are", "was", "were", "ai", "do", "does", "did", "has", "have", "had", "ca",
          "could", "wo", "would", "sha", "should", "must", "might", "may", "need", "dare", "ought");

  private static final Set<Character.UnicodeScript> LATIN_SCRIPTS =
      EnumSet.of(
          Character.UnicodeScript.LATIN,
          Character.UnicodeScript.COMMON,
          Character.UnicodeScript.INHERITED);

  /**
   * @return empty when the tagger cannot tell, or when there is a language that nobody here reads
   */
  static Optional<TaggedText> of(Wording wording, Tagger tagger) {
    List<Piece> pieces = pieces(wording);
    if (pieces.stream().anyMatch(piece -> piece.script() == Script.OTHER)) {
      return Optional.empty();
    }
    List<Token> tokens = new ArrayList<>();
    int from = 0;
    while (from < pieces.size()) {
      boolean chinese = chinese(pieces, from);
      int to = from + 1;
      while (to < pieces.size() && pieces.get(to).joins(chinese)) {
        to++;
      }
      List<Piece> passage = pieces.subList(from, to);
      List<Token> read = chinese ? chinese(passage, tagger) : english(passage, tagger);
      if (read.isEmpty()) {
        return Optional.empty();
      }
      tokens.addAll(read);
      from = to;
    }
    return tokens.isEmpty() ? Optional.empty() : Optional.of(new TaggedText(wording, tokens));
  }

  /**
   * A word, a Chinese character or a sign.
   *
   * @param script null for a sign or a number, which belong to either language
   */
  private record Piece(int start, int end, String text, @Nullable Script script, int clause) {

    boolean joins(boolean chinese) {
      return script == null || (script == Script.HAN) == chinese;
    }
  }

  private static boolean chinese(List<Piece> pieces, int from) {
    for (Piece piece : pieces.subList(from, pieces.size())) {
      if (piece.script() != null) {
        return piece.script() == Script.HAN;
      }
    }
    return false;
  }

  private static List<Piece> pieces(Wording wording) {
    List<Piece> pieces = new ArrayList<>();
    List<Word> words = wording.words();
    List<Glyph> glyphs = wording.glyphs();
    int next = 0;
    int clause = 0;
    String point = "";
    for (int at = 0; at < glyphs.size(); at++) {
      Glyph glyph = glyphs.get(at);
      if (glyph.start() >= LONGEST) {
        break;
      }
      boolean within = next < words.size() && glyph.start() >= words.get(next).start();
      if (within) {
        if (glyph.end() == words.get(next).end()) {
          int number = point.isEmpty() ? pieces.size() : pieces.size() - 1;
          add(wording, words.get(next), clause, pieces);
          join(pieces, number, point);
          point = "";
          next++;
        }
      } else if (Wording.withinNumber(glyphs, at)) {
        point = glyph.folded();
      } else if (glyph.kind() == Kind.SIGN) {
        pieces.add(new Piece(glyph.start(), glyph.end(), glyph.folded(), null, clause));
        clause += CLAUSE_ENDS.contains(glyph.folded().substring(0, 1)) ? 1 : 0;
      } else if (glyph.kind() == Kind.SPACE && glyph.text().contains("\n")) {
        clause++;
      }
    }
    return pieces;
  }

  /** What a point or a comma parts within a number is one piece. */
  private static void join(List<Piece> pieces, int at, String point) {
    if (!point.isEmpty()) {
      Piece after = pieces.remove(at + 1);
      Piece before = pieces.get(at);
      Script script = after.script() == null ? before.script() : after.script();
      String text = before.text() + point + after.text();
      pieces.set(at, new Piece(before.start(), after.end(), text, script, before.clause()));
    }
  }

  private static void add(Wording wording, Word word, int clause, List<Piece> pieces) {
    if (word.folded().codePoints().allMatch(Character::isDigit)) {
      pieces.add(new Piece(word.start(), word.end(), word.folded(), null, clause));
    } else if (word.script() == Script.HAN) {
      pieces.add(new Piece(word.start(), word.end(), word.folded(), Script.HAN, clause));
    } else {
      latin(wording, word, clause, pieces);
    }
  }

  /** The tagger was taught contractions as two words. */
  private static void latin(Wording wording, Word word, int clause, List<Piece> pieces) {
    String written = latin(word.folded()) ? wording.written(word) : Lookalikes.plain(word.folded());
    Script script = latin(written) ? Script.LATIN : Script.OTHER;
    for (String ending : ENDINGS) {
      int cut = written.length() - ending.length();
      if (cut > 0 && ends(written, ending) && word.end() - word.start() == written.length()) {
        int at = word.start() + cut;
        pieces.add(new Piece(word.start(), at, written.substring(0, cut), script, clause));
        pieces.add(new Piece(at, word.end(), ending.replace('’', '\''), script, clause));
        return;
      }
    }
    pieces.add(new Piece(word.start(), word.end(), written, script, clause));
  }

  private static boolean ends(String written, String ending) {
    String before = written.substring(0, Math.max(0, written.length() - ending.length()));
    return written.regionMatches(true, before.length(), ending, 0, ending.length())
        && (!ending.startsWith("n") || DENIABLE.contains(before.toLowerCase(Locale.ROOT)));
  }

  private static boolean latin(String word) {
    return word.codePoints()
        .mapToObj(Character.UnicodeScript::of)
        .allMatch(LATIN_SCRIPTS::contains);
  }

  private static List<Token> english(List<Piece> passage, Tagger tagger) {
    boolean title = title(passage);
    List<PartOfSpeech> parts =
        tagger.english(
            passage.stream()
                .map(piece -> title ? piece.text().toLowerCase(Locale.ROOT) : piece.text())
                .toList());
    if (parts.size() != passage.size()) {
      return List.of();
    }
    List<Token> tokens = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      Piece piece = passage.get(i);
      String folded = piece.text().toLowerCase(Locale.ROOT);
      PartOfSpeech part = part(passage, parts, i);
      tokens.add(new Token(piece.start(), piece.end(), folded, part, piece.clause(), false));
    }
    return tokens;
  }

  /**
   * The tagger learned from whole sentences and guesses badly in short phrases and for capitals.
   */
  private static PartOfSpeech part(List<Piece> passage, List<PartOfSpeech> parts, int at) {
    PartOfSpeech part = parts.get(at);
    if (ENDINGS.contains(passage.get(at).text())) {
      return part == PartOfSpeech.AUXILIARY ? part : PartOfSpeech.PARTICLE;
    }
    if (at + 1 < parts.size() && passage.get(at + 1).text().equals(DENYING)) {
      return PartOfSpeech.AUXILIARY;
    }
    boolean leadIn =
        at > 0 && ARTICLES.contains(passage.get(at - 1).text().toLowerCase(Locale.ROOT));
    boolean last =
        at + 1 == parts.size()
            || parts.get(at + 1) == PartOfSpeech.PUNCTUATION
            || parts.get(at + 1) == PartOfSpeech.PREPOSITION;
    if (part == PartOfSpeech.PROPER
        && !Character.isUpperCase(passage.get(at).text().codePointAt(0))) {
      return PartOfSpeech.NOUN;
    }
    return leadIn && last && passage.get(at).script() != null ? PartOfSpeech.NOUN : part;
  }

  /** Whether capitals tell nothing, because nearly every word has one. */
  private static boolean title(List<Piece> passage) {
    List<Piece> words =
        passage.stream().filter(p -> p.script() != null && p.text().length() > 3).toList();
    long capitals = words.stream().filter(p -> Character.isUpperCase(p.text().charAt(0))).count();
    return words.size() > 1 && 4 * capitals > 3 * words.size();
  }

  private static List<Token> chinese(List<Piece> passage, Tagger tagger) {
    StringBuilder text = new StringBuilder();
    List<Piece> pieceOfChar = new ArrayList<>();
    for (Piece piece : passage) {
      text.append(piece.text());
      piece.text().chars().forEach(c -> pieceOfChar.add(piece));
    }
    List<Tagger.Term> terms = tagger.chinese(text.toString());
    if (terms.stream().mapToInt(Tagger.Term::length).sum() != text.length()) {
      return List.of();
    }
    List<Token> tokens = new ArrayList<>();
    int at = 0;
    for (int i = 0; i < terms.size(); i++) {
      Tagger.Term term = terms.get(i);
      Piece first = pieceOfChar.get(at);
      at += term.length();
      Piece last = pieceOfChar.get(at - 1);
      tokens.add(
          new Token(first.start(), last.end(), term.text(), part(terms, i), first.clause(), true));
    }
    return tokens;
  }

  /** What could count something, but stands alone, is a thing: 碗. */
  private static PartOfSpeech part(List<Tagger.Term> terms, int at) {
    PartOfSpeech part = terms.get(at).part();
    boolean alone =
        (at == 0 || ends(terms.get(at - 1))) && (at + 1 == terms.size() || ends(terms.get(at + 1)));
    return part == PartOfSpeech.MEASURE && alone ? PartOfSpeech.NOUN : part;
  }

  private static boolean ends(Tagger.Term term) {
    return term.part() == PartOfSpeech.PUNCTUATION || term.part() == PartOfSpeech.CONJUNCTION;
  }

  /** Whether a picture stands in it beside the words, which shows something. */
  boolean pictured() {
    return wording.glyphs().stream().anyMatch(glyph -> glyph.kind() == Kind.EMOJI);
  }
}

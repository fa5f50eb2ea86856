package dev.kintsugi.core.screening;

import java.util.List;
import java.util.Optional;

/** Lists of terms that are not drawn, by category. */
@FunctionalInterface
public interface Lexicon {

  /** No list at all. */
  Lexicon NONE = text -> List.of();

  /**
   * Every place where the {@link #key key} of a term stands in a text, exceptions included; several
   * terms may have the same. Whether it is the term itself is for the caller to see.
   *
   * @param text a key, too
   */
  List<Hit> find(String text);

  /**
   * Chinese in the characters that the terms of its hits are in, char by char and as long as
   * before. Lists that are written in one script are good for both.
   */
  default String simplified(String text) {
    return text;
  }

  /**
   * Where a term may stand.
   *
   * @param category of its list; empty for an exception, within which no term counts
   * @param term folded, as long as the place
   * @param start in chars
   */
  record Hit(String category, String term, int start) {

    /** The char after it. */
    int end() {
      return start + term.length();
    }

    boolean exception() {
      return category.isEmpty();
    }
  }

  /** What a term must be. */
  String TERM_RULE = "a term has 3 to 100 characters, a Chinese one 1 or more";

  /**
   * A text as it reads: without case, full-width forms, what nobody sees, and with single spaces.
   */
  static String fold(String text) {
    StringBuilder folded = new StringBuilder(text.length());
    for (Glyph glyph : Glyph.of(text)) {
      if (glyph.kind() != Glyph.Kind.SPACE) {
        folded.append(glyph.folded());
      } else if (!folded.isEmpty() && folded.charAt(folded.length() - 1) != ' ') {
        folded.append(' ');
      }
    }
    return folded.toString().strip();
  }

  /**
   * A term that was written, as it has to be looked for; empty when it is too short for that, or
   * too long.
   */
  static Optional<String> term(String written) {
    String term = FoldedText.of(Wording.of(written)).text().strip();
    boolean chinese =
        term.codePoints()
            .anyMatch(c -> Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN);
    boolean fits = !term.isEmpty() && term.length() <= 100 && (chinese || term.length() >= 3);
    return fits ? Optional.of(term) : Optional.empty();
  }

  /** What a term is found by: the same, char by char, for all that may be drawn like it. */
  static String key(String term) {
    return Lookalikes.key(term);
  }
}

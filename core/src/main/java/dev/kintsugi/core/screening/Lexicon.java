package dev.kintsugi.core.screening;

import java.util.List;
import java.util.Optional;

/** Lists of terms that are not drawn, by category. */
@FunctionalInterface
public interface Lexicon {

  /** No list at all. */
  Lexicon NONE = folded -> List.of();

  /** Every place of every term in a text that was {@link #fold folded}, exceptions included. */
  List<Hit> find(String folded);

  /**
   * A term where it stands.
   *
   * @param category of its list; empty for an exception, within which no term counts
   * @param start in chars
   * @param end the char after it
   */
  record Hit(String category, int start, int end) {

    boolean exception() {
      return category.isEmpty();
    }
  }

  /** What a term must be. */
  String TERM_RULE = "a term has 3 to 100 characters, a Chinese one 1 or more";

  /** A term as it has to be looked for: folded, with single spaces. */
  static String fold(String term) {
    return FoldedText.of(Wording.of(term)).text().strip();
  }

  /** A term that was written, folded; empty when it is too short to be looked for, or too long. */
  static Optional<String> term(String written) {
    String term = fold(written);
    boolean chinese =
        term.codePoints()
            .anyMatch(c -> Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN);
    boolean fits = !term.isEmpty() && term.length() <= 100 && (chinese || term.length() >= 3);
    return fits ? Optional.of(term) : Optional.empty();
  }
}

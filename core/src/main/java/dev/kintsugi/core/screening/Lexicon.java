package dev.kintsugi.core.screening;

import java.util.List;

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

  /** A term as it has to be looked for: folded, with single spaces. */
  static String fold(String term) {
    return FoldedText.of(Wording.of(term)).text().strip();
  }
}

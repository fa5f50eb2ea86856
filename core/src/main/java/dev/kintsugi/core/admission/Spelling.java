package dev.kintsugi.core.admission;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Finds the word that a misspelled one was meant to be. */
final class Spelling {

  private static final int MAX_EDITS = 3;
  private static final int LONGEST = 40;

  private Spelling() {}

  /** The known word within three edits (Levenshtein), if there is one. */
  static Optional<String> closest(String word, List<String> known) {
    if (word.length() > LONGEST) {
      return Optional.empty();
    }
    return known.stream()
        .filter(candidate -> edits(word, candidate) <= Math.min(MAX_EDITS, word.length() / 2))
        .min(Comparator.comparingInt(candidate -> edits(word, candidate)));
  }

  private static int edits(String from, String to) {
    int[] previous = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int[] current = new int[to.length() + 1];
      current[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int change = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
        current[j] = Math.min(Math.min(current[j - 1], previous[j]) + 1, previous[j - 1] + change);
      }
      previous = current;
    }
    return previous[to.length()];
  }
}

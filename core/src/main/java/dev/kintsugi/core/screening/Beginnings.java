package dev.kintsugi.core.screening;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a prompt that is too long could end: with one of its clauses, or where it has none, words.
 */
public final class Beginnings {

  private static final String CLAUSE_ENDS = ",.;:!?\n，。；：！？、";

  private Beginnings() {}

  /**
   * Beginnings of a prompt, without what separates them from the rest; the shortest first, each
   * shorter than the prompt.
   *
   * @param most that are returned, evenly chosen
   */
  public static List<String> of(String prompt, int most) {
    String text = prompt.strip();
    List<String> clauses = ending(text, CLAUSE_ENDS);
    List<String> all = clauses.isEmpty() ? ending(text, " ") : clauses;
    List<String> chosen = new ArrayList<>();
    for (int i = 0; i < Math.min(most, all.size()); i++) {
      chosen.add(all.get((int) ((i + 1L) * all.size() / Math.min(most, all.size())) - 1));
    }
    return chosen;
  }

  private static List<String> ending(String text, String ends) {
    List<String> beginnings = new ArrayList<>();
    for (int i = 1; i < text.length(); i++) {
      if (ends.indexOf(text.charAt(i)) >= 0 && ends.indexOf(text.charAt(i - 1)) < 0) {
        String beginning = text.substring(0, i).stripTrailing();
        if (i < text.length() - 1 && !beginning.isEmpty()) {
          beginnings.add(beginning);
        }
      }
    }
    return beginnings;
  }
}

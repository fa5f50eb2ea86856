package dev.kintsugi.core.admission;

/**
 * Brackets within brackets, of every kind that Unicode has, Chinese and full-width ones included.
 * Which closes which does not matter.
 */
public final class Brackets {

  /** Depth from which brackets are nested. */
  public static final int NESTED = 2;

  /** Quotation marks that Unicode counts among brackets. */
  private static final String QUOTES = "\u201A\u201E\u301D\u301E\u301F";

  private Brackets() {}

  /**
   * @param depth of the deepest
   * @param start of the first outer bracket that holds brackets as deep as asked, in code points;
   *     -1 where none does
   * @param end after the bracket that closes it, or of the text
   */
  public record Nesting(int depth, int start, int end) {}

  /** How deep they are nested; one that was never opened closes nothing. */
  public static int depth(String text) {
    return nesting(text, Integer.MAX_VALUE).depth();
  }

  /**
   * @param enough depth that is looked for
   */
  public static Nesting nesting(String text, int enough) {
    int deepest = 0;
    int depth = 0;
    int outer = 0;
    int start = -1;
    int end = -1;
    int at = 0;
    for (int i = 0; i < text.length(); at++) {
      int sign = text.codePointAt(i);
      i += Character.charCount(sign);
      if (opens(sign)) {
        outer = depth == 0 ? at : outer;
        depth++;
        start = depth >= enough && start < 0 ? outer : start;
      } else if (closes(sign) && depth > 0) {
        depth--;
        end = depth == 0 && start >= 0 && end < 0 ? at + 1 : end;
      }
      deepest = Math.max(deepest, depth);
    }
    return new Nesting(deepest, start, end < 0 ? at : end);
  }

  private static boolean opens(int sign) {
    return Character.getType(sign) == Character.START_PUNCTUATION && QUOTES.indexOf(sign) < 0;
  }

  private static boolean closes(int sign) {
    return Character.getType(sign) == Character.END_PUNCTUATION && QUOTES.indexOf(sign) < 0;
  }
}

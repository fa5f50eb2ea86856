package dev.kintsugi.core.ledger;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What can be counted in an input, so that failing inputs can be told from others.
 *
 * @param characters Unicode characters of the prompt
 * @param words runs of letters or digits; each ideograph is one
 * @param hanShare share of letters that are ideographs, 0..1
 * @param symbols characters that are neither letter, digit, mark nor space
 * @param longestSymbolRun symbols in a row
 * @param digits decimal digits
 * @param longestRepeat times the same character follows itself, itself included
 * @param megapixels pixels over all frames, in millions
 * @param steps denoise steps
 */
public record Features(
    int characters,
    int words,
    double hanShare,
    int symbols,
    int longestSymbolRun,
    int digits,
    int longestRepeat,
    double megapixels,
    int steps) {

  private static final double MILLION = 1e6;

  /**
   * Counts over the prompt in Unicode's compatibility form, so that width and style do not tell.
   */
  public static Features of(String prompt, Fingerprint.Shape shape, int steps) {
    Count count = new Count();
    prompt.codePoints().forEach(count::take);
    return new Features(
        count.characters,
        count.words,
        count.letters == 0 ? 0 : (double) count.han / count.letters,
        count.symbols,
        count.longestSymbolRun,
        count.digits,
        count.longestRepeat,
        (double) shape.width() * shape.height() * shape.frames() / MILLION,
        steps);
  }

  /** By name, as the ledger keeps them. */
  public Map<String, Double> named() {
    Map<String, Double> named = new LinkedHashMap<>();
    named.put("characters", (double) characters);
    named.put("words", (double) words);
    named.put("han_share", hanShare);
    named.put("symbols", (double) symbols);
    named.put("longest_symbol_run", (double) longestSymbolRun);
    named.put("digits", (double) digits);
    named.put("longest_repeat", (double) longestRepeat);
    named.put("megapixels", megapixels);
    named.put("steps", (double) steps);
    return named;
  }

  private static final class Count {
    private int characters;
    private int words;
    private int letters;
    private int han;
    private int symbols;
    private int longestSymbolRun;
    private int digits;
    private int longestRepeat;
    private int symbolRun;
    private int repeat;
    private int previous = -1;
    private boolean inWord;

    void take(int c) {
      characters++;
      repeat = c == previous ? repeat + 1 : 1;
      longestRepeat = Math.max(longestRepeat, repeat);
      previous = c;
      boolean isHan = Character.isIdeographic(c);
      boolean wordly = Character.isLetterOrDigit(c);
      letters += Character.isLetter(c) ? 1 : 0;
      digits += Character.isDigit(c) ? 1 : 0;
      han += isHan ? 1 : 0;
      words += isHan || (wordly && !inWord) ? 1 : 0;
      inWord = wordly && !isHan || inWord && mark(c);
      boolean symbol = !wordly && !mark(c) && !Character.isWhitespace(c);
      symbolRun = symbol ? symbolRun + 1 : mark(c) ? symbolRun : 0;
      longestSymbolRun = Math.max(longestSymbolRun, symbolRun);
      symbols += symbol ? 1 : 0;
    }

    /** Accents, variation selectors and joiners belong to the character before them. */
    private static boolean mark(int c) {
      int type = Character.getType(c);
      return type == Character.NON_SPACING_MARK
          || type == Character.COMBINING_SPACING_MARK
          || type == Character.ENCLOSING_MARK
          || type == Character.FORMAT;
    }
  }
}

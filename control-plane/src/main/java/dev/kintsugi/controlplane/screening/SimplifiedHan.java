package dev.kintsugi.controlplane.screening;

import com.hankcs.hanlp.HanLP;

/** Traditional Chinese characters as the simplified ones that stand for them, each by itself. */
final class SimplifiedHan {

  private static final char FIRST = '\u3400';
  private static final char LAST = '\uFAFF';

  /** By its distance from the first. */
  private static final char[] TABLE = table();

  private SimplifiedHan() {}

  /** Char by char, as long as before; what is no traditional character stays. */
  static String of(String text) {
    StringBuilder simplified = new StringBuilder(text);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= FIRST && c <= LAST) {
        simplified.setCharAt(i, TABLE[c - FIRST]);
      }
    }
    return simplified.toString();
  }

  /** By HanLP's dictionary. A few have no simplified form of one char, and stay. */
  private static char[] table() {
    char[] table = new char[LAST - FIRST + 1];
    for (int i = 0; i < table.length; i++) {
      char c = (char) (FIRST + i);
      boolean han = Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN;
      String simplified =
          han ? HanLP.convertToSimplifiedChinese(String.valueOf(c)) : String.valueOf(c);
      table[i] = simplified.length() == 1 ? simplified.charAt(0) : c;
    }
    return table;
  }
}

package dev.kintsugi.controlplane.screening;

import com.hankcs.hanlp.HanLP;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Traditional Chinese characters as the simplified ones that stand for them, each by itself. */
final class SimplifiedHan {

  private static final char FIRST = '\u3400';
  private static final char LAST = '\uFAFF';

  /** Of lines such as {@code 貓=猫}. */
  private static final String DICTIONARY = "/data/dictionary/tc/t2s.txt";

  /** By its distance from the first. */
  private static final char[] TABLE = table();

  private SimplifiedHan() {}

  /** Char by char, as long as before; what is no traditional character stays. */
  static String of(String text) {
    StringBuilder simplified = new StringBuilder(text);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isInTable(c)) {
        simplified.setCharAt(i, TABLE[c - FIRST]);
      }
    }
    return simplified.toString();
  }

  /**
   * By HanLP's dictionary, but not through HanLP: it first makes an automaton for words of it, in
   * half a second of every start. A few have no simplified form of one char, and stay.
   */
  private static char[] table() {
    char[] table = new char[LAST - FIRST + 1];
    for (int i = 0; i < table.length; i++) {
      table[i] = (char) (FIRST + i);
    }
    try (InputStream dictionary = HanLP.class.getResourceAsStream(DICTIONARY)) {
      if (dictionary == null) {
        throw new IllegalStateException("HanLP's dictionary " + DICTIONARY + " is missing");
      }
      new BufferedReader(new InputStreamReader(dictionary, StandardCharsets.UTF_8))
          .lines()
          .filter(line -> line.length() == 3 && line.charAt(1) == '=' && isInTable(line.charAt(0)))
          .forEach(line -> table[line.charAt(0) - FIRST] = line.charAt(2));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return table;
  }

  private static boolean isInTable(char c) {
    return c >= FIRST && c <= LAST;
  }
}

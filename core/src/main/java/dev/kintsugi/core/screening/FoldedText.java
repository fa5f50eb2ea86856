package dev.kintsugi.core.screening;

import dev.kintsugi.core.screening.Glyph.Kind;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A prompt as it reads: folded, without what nobody sees, with single spaces; each char knows where
 * it came from.
 *
 * @param starts code point of the prompt by char
 * @param ends the code point after it
 */
record FoldedText(String text, int[] starts, int[] ends) {

  /** Letters of other scripts, digits and signs that read as a Latin letter. */
  private static final Map<Character, Character> LOOKALIKES = lookalikes();

  static FoldedText of(Wording wording) {
    StringBuilder text = new StringBuilder(wording.prompt().length());
    int[] starts = new int[16];
    int[] ends = new int[16];
    for (Glyph glyph : wording.glyphs()) {
      String read = glyph.kind() == Kind.SPACE ? " " : glyph.folded();
      boolean again = read.equals(" ") && (text.isEmpty() || text.charAt(text.length() - 1) == ' ');
      if (glyph.kind() == Kind.UNSEEN || again) {
        continue;
      }
      while (starts.length < text.length() + read.length()) {
        starts = Arrays.copyOf(starts, 2 * starts.length);
        ends = Arrays.copyOf(ends, 2 * ends.length);
      }
      for (int i = 0; i < read.length(); i++) {
        starts[text.length() + i] = glyph.start();
        ends[text.length() + i] = glyph.end();
      }
      text.append(read);
    }
    return new FoldedText(text.toString(), starts, ends);
  }

  /** The same with every lookalike as the letter it looks like. */
  String plain() {
    return plain(text);
  }

  static String plain(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      plain.append(LOOKALIKES.getOrDefault(c, c).charValue());
    }
    return plain.toString();
  }

  /** Whether a term of letters stands alone there, and is no part of a longer word. */
  static boolean whole(String text, Lexicon.Hit hit) {
    boolean opens =
        hit.start() == 0
            || !joins(text.charAt(hit.start() - 1))
            || !joins(text.charAt(hit.start()));
    boolean closes =
        hit.end() == text.length()
            || !joins(text.charAt(hit.end() - 1))
            || !joins(text.charAt(hit.end()));
    return opens && closes;
  }

  /** Chinese has no spaces, so its characters never join. */
  private static boolean joins(char c) {
    return Character.isLetterOrDigit(c)
        && Character.UnicodeScript.of(c) != Character.UnicodeScript.HAN;
  }

  private static Map<Character, Character> lookalikes() {
    String cyrillic = "аеорсухіјѕһԁԛԝёк" + "aeopcyxijshdqwek";
    String greek = "οανικρτυχεı" + "oavikptuxei";
    String signs = "013457@$" + "oieastas";
    Map<Character, Character> map = new HashMap<>();
    for (String pairs : List.of(cyrillic, greek, signs)) {
      int half = pairs.length() / 2;
      for (int i = 0; i < half; i++) {
        map.put(pairs.charAt(i), pairs.charAt(half + i));
      }
    }
    return Map.copyOf(map);
  }
}

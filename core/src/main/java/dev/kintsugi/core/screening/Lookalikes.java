package dev.kintsugi.core.screening;

import java.text.Normalizer;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Letters of other scripts, letters with accents, digits and signs that read as a Latin letter. */
final class Lookalikes {

  /** Reads as an i and as an l: the digit one, a bar, and a letter in the wrong case. */
  static final char STROKE = 'ı';

  /** They look the same in every case. */
  private static final Map<Character, Character> SAME =
      pairs(
          "аеорсухіјѕһԁԛԝёкүїӏ" + "aeopcyxijshdqwekyiı",
          "οανικρτυχεı" + "oavikptuxei",
          "øłđħŧɑɡᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ" + "oldhtagabcdefghijklmnoprstuvwyz");

  /** Only their capitals look the same. */
  private static final Map<Character, Character> CAPITAL = pairs("мтнвβζηνυμ" + "mthbbzhnym");

  /** They are far enough from the letter to be one of their own, but not amid Latin letters. */
  private static final Map<Character, Character> AMID_LATIN =
      pairs("мтнвгпшяηβμωγσζոսհց" + "mthbrnwrnbuwyoznuhg");

  private static final Map<Character, Character> SIGNS = pairs("013457@$|" + "oıeastası");

  private static final int FIRST_BEYOND_ASCII = 0x80;

  private Lookalikes() {}

  /** Whether it stands for a letter, but is none. */
  static boolean sign(String folded) {
    return folded.length() == 1 && "@$|".contains(folded);
  }

  /** Every letter, digit and sign of a word in lower case as the letter it looks like. */
  static String plain(String word) {
    StringBuilder plain = new StringBuilder(word.length());
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      char drawn = SIGNS.getOrDefault(c, SAME.getOrDefault(c, c));
      plain.append(drawn == STROKE ? 'i' : drawn);
    }
    return plain.toString();
  }

  /**
   * What a text that is drawn and a term are looked up by: the same for what may be one and the
   * other. As long as the text.
   */
  static String key(String text) {
    StringBuilder key = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = unaccented(text.charAt(i));
      char letter = SIGNS.getOrDefault(c, c);
      key.append(letter == 'l' || letter == STROKE ? 'i' : letter);
    }
    return key.toString();
  }

  /**
   * A word whose glyphs are known.
   *
   * @param letters it has one, and is more than a number
   * @param latin it has a Latin letter
   * @param small how many of its letters are in lower case
   * @param capital how many are capitals
   */
  record Word(boolean letters, boolean latin, int small, int capital) {

    static Word of(List<Glyph> glyphs) {
      boolean letters = false;
      boolean latin = false;
      int small = 0;
      int capital = 0;
      for (Glyph glyph : glyphs) {
        int first = glyph.folded().codePointAt(0);
        letters |= Character.isLetter(first);
        latin |= Character.UnicodeScript.of(first) == Character.UnicodeScript.LATIN;
        capital += glyph.upper() ? 1 : 0;
        small += !glyph.upper() && Character.isLowerCase(first) ? 1 : 0;
      }
      return new Word(letters, latin, small, capital);
    }

    /** As one of its chars looks, in lower case. A number is one, whatever its digits look like. */
    char drawn(char c, boolean upper) {
      if (!letters) {
        return c;
      }
      char letter = letter(unaccented(c), upper);
      boolean tall = letter == 'i' && upper && small > 0;
      boolean thin = letter == 'l' && !upper && small == 1 && capital > 1;
      return tall || thin ? STROKE : letter;
    }

    private char letter(char c, boolean upper) {
      Character looks = upper ? CAPITAL.get(c) : null;
      if (looks == null && latin) {
        looks = AMID_LATIN.get(c);
      }
      return looks != null ? looks : SIGNS.getOrDefault(c, SAME.getOrDefault(c, c));
    }
  }

  /** Accents are taken off where they make a shade of a letter, and not another sound or word. */
  private static char unaccented(char c) {
    if (c < FIRST_BEYOND_ASCII) {
      return c;
    }
    Character.UnicodeScript script = Character.UnicodeScript.of(c);
    boolean shaded =
        script == Character.UnicodeScript.LATIN || script == Character.UnicodeScript.GREEK;
    return shaded
        ? Normalizer.normalize(String.valueOf(c), Normalizer.Form.NFD)
            .toLowerCase(Locale.ROOT)
            .charAt(0)
        : c;
  }

  private static Map<Character, Character> pairs(String... lists) {
    Map<Character, Character> map = new HashMap<>();
    for (String list : lists) {
      int half = list.length() / 2;
      for (int i = 0; i < half; i++) {
        map.put(list.charAt(i), list.charAt(half + i));
      }
    }
    return Map.copyOf(map);
  }
}

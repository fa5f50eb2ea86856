package dev.kintsugi.core.screening;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One extended grapheme cluster (UAX 29): what a reader takes for a character, be it a letter with
 * its accents, a flag or a family of emoji joined together.
 *
 * @param start in code points of the prompt
 * @param end the code point after it
 * @param offset of its first char in the prompt
 * @param text as it was written
 * @param folded NFKC, in lower case and without what nobody sees; empty for a glyph that is unseen
 * @param upper it was written with a capital
 */
record Glyph(int start, int end, int offset, String text, String folded, boolean upper, Kind kind) {

  /** What a glyph is to the rules. */
  enum Kind {
    EMOJI,
    HAN,
    /** A letter of another script, or a digit. */
    LETTER,
    SPACE,
    /** Nobody sees it: zero-width, or a direction mark. */
    UNSEEN,
    /** Punctuation and other symbols. */
    SIGN
  }

  private static final Pattern CLUSTER = Pattern.compile("\\X");

  /** Controls and the default-ignorable code points (UAX 44). */
  static final Pattern UNSEEN =
      Pattern.compile(
          "[\\p{Cf}\\p{Cc}\\x{34F}\\x{115F}\\x{1160}\\x{17B4}\\x{17B5}\\x{180B}-\\x{180F}"
              + "\\x{2065}\\x{FE00}-\\x{FE0F}\\x{FFF0}-\\x{FFF8}\\x{E0000}-\\x{E0FFF}]");

  /** Letters without ink that are as wide as one: they read as spaces. */
  private static final Pattern BLANK = Pattern.compile("[\\x{2800}\\x{3164}\\x{FFA0}]");

  /** More than any letter has marks. */
  private static final int MOST_CHARS = 64;

  private static final char FIRST_CHINESE = '\u4E00';
  private static final char LAST_CHINESE = '\u9FFF';
  private static final int KEYCAP = 0x20E3;
  private static final int AS_TEXT = 0xFE0E;
  private static final int AS_PICTURE = 0xFE0F;
  private static final int FIRST_REGION = 0x1F1E6;
  private static final int LAST_REGION = 0x1F1FF;

  /** Below are ©, ®, ™ and signs that are not pictures to anybody. */
  private static final int FIRST_PICTURE = 0x231A;

  /** Pictographs of the longest sequences that fonts draw as one: a family of four. */
  private static final int MOST_JOINED = 4;

  static List<Glyph> of(String prompt) {
    List<Glyph> glyphs = new ArrayList<>(prompt.length());
    Matcher clusters = CLUSTER.matcher(prompt);
    int at = 0;
    while (clusters.find()) {
      String text = clusters.group();
      int end = at + text.codePointCount(0, text.length());
      glyphs.add(glyph(at, end, clusters.start(), text));
      at = end;
    }
    return glyphs;
  }

  private static Glyph glyph(int start, int end, int offset, String text) {
    if (ordinary(text)) {
      String folded = text.toLowerCase(Locale.ROOT);
      return new Glyph(start, end, offset, text, folded, !text.equals(folded), kind(folded));
    }
    if (isEmoji(text)) {
      return new Glyph(start, end, offset, text, text, false, Kind.EMOJI);
    }
    boolean blank = text.isBlank() || BLANK.matcher(text).lookingAt();
    String seen = blank ? " " : UNSEEN.matcher(text).replaceAll("");
    String plain = plain(seen, MOST_CHARS);
    String folded = plain.toLowerCase(Locale.ROOT);
    return new Glyph(start, end, offset, text, folded, !plain.equals(folded), kind(folded));
  }

  /** Most of any prompt: printable ASCII and common Chinese, which are their own plain form. */
  private static boolean ordinary(String text) {
    char c = text.charAt(0);
    return text.length() == 1
        && ((c >= ' ' && c <= '~') || (c >= FIRST_CHINESE && c <= LAST_CHINESE));
  }

  /**
   * NFKC of a text. Marks are put in order in the square of their number, so only its beginning is
   * read.
   *
   * @param most code points
   */
  static String plain(String text, int most) {
    String beginning =
        text.length() <= most || text.codePointCount(0, text.length()) <= most
            ? text
            : text.substring(0, text.offsetByCodePoints(0, most));
    return Normalizer.normalize(beginning, Normalizer.Form.NFKC);
  }

  private static Kind kind(String folded) {
    if (folded.isEmpty()) {
      return Kind.UNSEEN;
    }
    int first = folded.codePointAt(0);
    if (Character.isWhitespace(first) || Character.isSpaceChar(first)) {
      return Kind.SPACE;
    }
    if (Character.UnicodeScript.of(first) == Character.UnicodeScript.HAN) {
      return Kind.HAN;
    }
    return Character.isLetterOrDigit(first) ? Kind.LETTER : Kind.SIGN;
  }

  /**
   * Shown as a picture: by itself, by a variation selector, with a skin tone, or joined to another.
   * Stars, boxes and chessmen are signs of a text without one. What asks for the form as text gets
   * it where that is the default, as for a sun. What is a picture by default counts as one: most,
   * as a balloon, have no other form, and the few that have one, as a star, are not told apart.
   */
  private static boolean isEmoji(String cluster) {
    int first = cluster.codePointAt(0);
    boolean region = first >= FIRST_REGION && first <= LAST_REGION;
    boolean keycap = cluster.indexOf(KEYCAP) > 0;
    boolean asText =
        cluster.indexOf(AS_TEXT) >= 0
            && cluster.codePoints().noneMatch(Character::isEmojiPresentation);
    return (region || keycap || picture(first, cluster)) && !asText;
  }

  private static boolean picture(int first, String cluster) {
    return first >= FIRST_PICTURE
        && Character.isEmoji(first)
        && (Character.isEmojiPresentation(first)
            || cluster.indexOf(AS_PICTURE) > 0
            || cluster.codePoints().skip(1).anyMatch(Glyph::shows));
  }

  /** The digit of a key, which is a picture of one; empty for anything else. */
  Optional<String> key() {
    boolean digit =
        kind == Kind.EMOJI && text.indexOf(KEYCAP) > 0 && Character.isDigit(text.charAt(0));
    return digit ? Optional.of(text.substring(0, 1)) : Optional.empty();
  }

  private static boolean shows(int next) {
    return Character.isEmojiModifier(next) || Character.isEmojiPresentation(next);
  }

  /**
   * How many pictures it shows: one, unless more are joined than any family or kiss has members.
   */
  int pictures() {
    int joined = (int) text.codePoints().filter(Character::isExtendedPictographic).count();
    return joined > MOST_JOINED ? joined : 1;
  }
}

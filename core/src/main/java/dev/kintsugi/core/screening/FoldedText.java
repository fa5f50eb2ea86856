package dev.kintsugi.core.screening;

import dev.kintsugi.core.screening.Glyph.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A prompt as it reads: folded, without what nobody sees and what strikes letters through, with
 * single spaces; each char knows where it came from.
 *
 * @param text as it is written
 * @param drawn the same char by char, with every lookalike as the letter it looks like
 * @param starts code point of the prompt by char
 * @param ends the code point after it
 */
record FoldedText(String text, String drawn, int[] starts, int[] ends) {

  /** Marks that go with any sign; those that make a letter of some script are others. */
  private static final Pattern MARKS =
      Pattern.compile(
          "[\\x{300}-\\x{36F}\\x{1AB0}-\\x{1AFF}\\x{1DC0}-\\x{1DFF}\\x{20D0}-\\x{20FF}\\x{FE20}-\\x{FE2F}]");

  private static final String HYPHENS = "-\u2010";

  static FoldedText of(Wording wording) {
    return new Reader(wording.glyphs()).read();
  }

  /** Drawn in the Chinese characters of a lexicon. */
  FoldedText in(Lexicon lexicon) {
    return new FoldedText(text, lexicon.simplified(drawn), starts, ends);
  }

  /**
   * Some of its chars.
   *
   * @param kept their places, in order
   * @param count how many of them
   */
  FoldedText at(int[] kept, int count) {
    if (count == text.length()) {
      return this;
    }
    StringBuilder written = new StringBuilder(count);
    StringBuilder looks = new StringBuilder(count);
    int[] begins = new int[count];
    int[] closes = new int[count];
    for (int i = 0; i < count; i++) {
      written.append(text.charAt(kept[i]));
      looks.append(drawn.charAt(kept[i]));
      begins[i] = starts[kept[i]];
      closes[i] = ends[kept[i]];
    }
    return new FoldedText(written.toString(), looks.toString(), begins, closes);
  }

  /** Whether a term stands there, as it is written or as it is drawn. */
  boolean has(Lexicon.Hit hit) {
    String term = hit.term();
    for (int i = 0; i < term.length(); i++) {
      char wanted = term.charAt(i);
      char looks = drawn.charAt(hit.start() + i);
      boolean same =
          wanted == looks
              || wanted == text.charAt(hit.start() + i)
              || (looks == Lookalikes.STROKE && (wanted == 'i' || wanted == 'l'));
      if (!same) {
        return false;
      }
    }
    return true;
  }

  /** Whether a term of letters stands alone there, and is no part of a longer word. */
  boolean whole(Lexicon.Hit hit) {
    return opens(hit) && closes(hit);
  }

  /** Whether no word goes on into it. */
  boolean opens(Lexicon.Hit hit) {
    return hit.start() == 0
        || !joins(text.charAt(hit.start() - 1))
        || !joins(drawn.charAt(hit.start()));
  }

  /** Whether it does not go on into a longer word. */
  boolean closes(Lexicon.Hit hit) {
    return hit.end() == text.length()
        || !joins(drawn.charAt(hit.end() - 1))
        || !joins(text.charAt(hit.end()));
  }

  /** Chinese has no spaces, so its characters never join. */
  private static boolean joins(char c) {
    return Character.isLetterOrDigit(c)
        && Character.UnicodeScript.of(c) != Character.UnicodeScript.HAN;
  }

  private static final class Reader {

    private final List<Glyph> glyphs;
    private final StringBuilder text;
    private final StringBuilder drawn;
    private final List<Glyph> word = new ArrayList<>();
    private int[] starts = new int[16];
    private int[] ends = new int[16];

    Reader(List<Glyph> glyphs) {
      this.glyphs = glyphs.stream().filter(glyph -> !unseen(glyph)).toList();
      this.text = new StringBuilder(this.glyphs.size());
      this.drawn = new StringBuilder(this.glyphs.size());
    }

    /** A mark that an unseen sign parts from its letter goes with it all the same. */
    private static boolean unseen(Glyph glyph) {
      return glyph.kind() == Kind.UNSEEN
          || (glyph.kind() == Kind.SIGN && MARKS.matcher(glyph.folded()).lookingAt());
    }

    FoldedText read() {
      for (int at = 0; at < glyphs.size(); at++) {
        Glyph glyph = glyphs.get(at);
        if (glyph.kind() == Kind.LETTER || Lookalikes.sign(glyph.folded())) {
          word.add(glyph);
          continue;
        }
        endWord();
        if (glyph.kind() == Kind.SPACE || parts(at)) {
          space(glyph);
        } else {
          append(glyph, null);
        }
      }
      endWord();
      return new FoldedText(text.toString(), drawn.toString(), starts, ends);
    }

    /** Whether it parts two words that may as well be written with a space: snuff-film. */
    private boolean parts(int at) {
      String sign = glyphs.get(at).folded();
      boolean within =
          at > 0
              && glyphs.get(at - 1).kind() == Kind.LETTER
              && at + 1 < glyphs.size()
              && glyphs.get(at + 1).kind() == Kind.LETTER;
      return sign.equals("_") || (within && HYPHENS.contains(sign));
    }

    private void endWord() {
      if (!word.isEmpty()) {
        Lookalikes.Word of = Lookalikes.Word.of(word);
        word.forEach(glyph -> append(glyph, of));
        word.clear();
      }
    }

    private void space(Glyph glyph) {
      if (!text.isEmpty() && text.charAt(text.length() - 1) != ' ') {
        append(" ", " ", glyph);
      }
    }

    private void append(Glyph glyph, Lookalikes.@Nullable Word of) {
      String folded = glyph.folded();
      if (folded.length() == 1) {
        char c = folded.charAt(0);
        append(folded, String.valueOf(of == null ? c : of.drawn(c, glyph.upper())), glyph);
        return;
      }
      String read = MARKS.matcher(folded).replaceAll("");
      StringBuilder looks = new StringBuilder(read);
      for (int i = 0; of != null && i < read.length(); i++) {
        looks.setCharAt(i, of.drawn(read.charAt(i), glyph.upper()));
      }
      append(read, looks.toString(), glyph);
    }

    private void append(String read, String looks, Glyph glyph) {
      while (starts.length < text.length() + read.length()) {
        starts = Arrays.copyOf(starts, 2 * starts.length);
        ends = Arrays.copyOf(ends, 2 * ends.length);
      }
      for (int i = 0; i < read.length(); i++) {
        starts[text.length() + i] = glyph.start();
        ends[text.length() + i] = glyph.end();
      }
      text.append(read);
      drawn.append(looks);
    }
  }
}

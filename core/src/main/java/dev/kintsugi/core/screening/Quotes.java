package dev.kintsugi.core.screening;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What stands in quotation marks: it is to be written or said as it stands. Marks that are never
 * closed quote nothing.
 *
 * @param starts code points of the opening marks, in the order of the text
 * @param ends those of the closing ones
 */
record Quotes(List<Integer> starts, List<Integer> ends) {

  private static final String OPENS = "\"“„「『《«";
  private static final String CLOSES = "\"”“」』》»";

  static Quotes of(List<Glyph> glyphs) {
    List<Integer> starts = new ArrayList<>();
    List<Integer> ends = new ArrayList<>();
    @Nullable Glyph open = null;
    for (Glyph glyph : glyphs) {
      if (glyph.kind() != Glyph.Kind.SIGN) {
        continue;
      }
      if (open == null) {
        open = OPENS.contains(mark(glyph)) ? glyph : null;
      } else if (CLOSES.indexOf(mark(glyph)) == OPENS.indexOf(mark(open))) {
        starts.add(open.start());
        ends.add(glyph.start());
        open = null;
      }
    }
    return new Quotes(starts, ends);
  }

  private static String mark(Glyph glyph) {
    return glyph.folded().substring(0, 1);
  }

  /** Whether a code point stands between two marks. */
  boolean have(int codePoint) {
    int found = Collections.binarySearch(starts, codePoint);
    int last = found >= 0 ? -1 : -found - 2;
    return last >= 0 && codePoint < ends.get(last);
  }
}

package dev.kintsugi.controlplane.placeholder;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Lines of a caption and a note that fit a frame, as large as possible.
 *
 * @param size pixels per em of the caption
 * @param noteSize pixels per em of the note
 */
record CaptionLayout(List<String> caption, double size, List<String> note, double noteSize) {

  static final double LINE_HEIGHT = 1.3;

  private static final double SMALLEST = 6;
  private static final double NOTE_SHARE = 0.7;

  /** A Chinese character may stand at a line's end, a Latin word may not be cut. */
  private static final Pattern UNBREAKABLE =
      Pattern.compile(
          "\\s+|[\\p{IsHan}\\p{IsHiragana}\\p{IsKatakana}]|[^\\s\\p{IsHan}\\p{IsHiragana}\\p{IsKatakana}]+");

  /** Chinese punctuation never begins a line. */
  private static final String CLOSING = "，。！？；：、）》」』”’…,.!?;:)";

  /**
   * @param width pixels for the text
   * @param height pixels for both
   */
  static CaptionLayout fit(
      CaptionFont font, String caption, String note, double width, double height) {
    for (double size = Math.max(SMALLEST, height / 5); size > SMALLEST; size *= 0.92) {
      CaptionLayout layout = at(font, caption, note, width, size);
      if (layout.height() <= height) {
        return layout;
      }
    }
    CaptionLayout smallest = at(font, caption, note, width, SMALLEST);
    double left = height - smallest.note().size() * smallest.noteSize() * LINE_HEIGHT;
    int lines = Math.max(1, (int) (left / (SMALLEST * LINE_HEIGHT)));
    return new CaptionLayout(
        cut(smallest.caption(), lines), SMALLEST, smallest.note(), smallest.noteSize());
  }

  double height() {
    return (caption.size() * size + note.size() * noteSize) * LINE_HEIGHT;
  }

  private static CaptionLayout at(
      CaptionFont font, String caption, String note, double width, double size) {
    double noteSize = Math.max(SMALLEST, size * NOTE_SHARE);
    return new CaptionLayout(
        wrap(font, caption, width, size), size, wrap(font, note, width, noteSize), noteSize);
  }

  private static List<String> cut(List<String> lines, int most) {
    if (lines.size() <= most) {
      return lines;
    }
    List<String> kept = new ArrayList<>(lines.subList(0, most));
    String last = kept.removeLast();
    int end = last.offsetByCodePoints(0, Math.max(0, last.codePointCount(0, last.length()) - 1));
    kept.add(last.substring(0, end) + "…");
    return kept;
  }

  static List<String> wrap(CaptionFont font, String text, double width, double size) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    Matcher pieces = UNBREAKABLE.matcher(text.strip());
    while (pieces.find()) {
      String piece = pieces.group();
      if (piece.isBlank()) {
        line.append(line.isEmpty() ? "" : " ");
        continue;
      }
      boolean closes = CLOSING.indexOf(piece.codePointAt(0)) >= 0;
      if (!line.isEmpty() && !closes && font.width(line + piece, size) > width) {
        lines.add(line.toString().strip());
        line.setLength(0);
      }
      for (String part : chopped(font, piece, width, size)) {
        if (!line.isEmpty() && !closes && font.width(line + part, size) > width) {
          lines.add(line.toString().strip());
          line.setLength(0);
        }
        line.append(part);
      }
    }
    if (!line.isEmpty()) {
      lines.add(line.toString().strip());
    }
    return List.copyOf(lines);
  }

  /** A word longer than a line is cut; nothing else is. */
  private static List<String> chopped(CaptionFont font, String word, double width, double size) {
    List<String> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    for (int codePoint : word.codePoints().toArray()) {
      String next = Character.toString(codePoint);
      if (!part.isEmpty() && font.width(part + next, size) > width) {
        parts.add(part.toString());
        part.setLength(0);
      }
      part.append(next);
    }
    parts.add(part.toString());
    return parts;
  }
}

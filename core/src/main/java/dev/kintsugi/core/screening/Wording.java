package dev.kintsugi.core.screening;

import dev.kintsugi.core.screening.Glyph.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A prompt taken apart: its glyphs, and its words. A word is a run of letters, or one Chinese
 * character; glyphs that nobody sees are not there for it.
 */
record Wording(String prompt, List<Glyph> glyphs, List<Word> words) {

  private static final String CLAUSE_ENDS = ",.;:!?。、";
  private static final String OPENS = "“「『《〈(【[{";
  private static final String CLOSES = "”」』》〉)】]}";

  /** What parts the digits of one number or time, as it is written there. */
  private static final String IN_NUMBERS = ".．,:";

  private static final int LONGEST_WORD = 512;

  /**
   * @param start in code points of the prompt
   * @param folded in lower case, full-width forms made plain
   * @param name it is written as a name, an abbreviation or with digits
   * @param clause number of its clause, from 0
   * @param quoted it stands in quotation marks or brackets
   */
  record Word(
      int start, int end, String folded, Script script, boolean name, int clause, boolean quoted) {}

  /** What a word is written in. */
  enum Script {
    HAN,
    LATIN,
    OTHER;

    static Script of(String folded) {
      return switch (Character.UnicodeScript.of(folded.codePointAt(0))) {
        case HAN -> HAN;
        case LATIN, COMMON -> LATIN;
        default -> OTHER;
      };
    }
  }

  static Wording of(String prompt) {
    List<Glyph> glyphs = Glyph.of(prompt);
    return new Wording(prompt, glyphs, new Reader(glyphs).words());
  }

  /** What is wrong with what stands between two code points. */
  Reason reason(Rule rule, int start, int end, String message) {
    return new Reason(rule, start, end, text(start, end), message);
  }

  /** What stands between two code points of the prompt. */
  String text(int start, int end) {
    return prompt.substring(offset(start), offset(end));
  }

  /** The beginning of a word as it was written, without what nobody sees and in plain forms. */
  String written(Word word) {
    String written = Glyph.UNSEEN.matcher(text(word.start(), word.end())).replaceAll("");
    return Glyph.plain(written, LONGEST_WORD);
  }

  /** Of the first glyph that does not begin before a code point. */
  private int offset(int codePoint) {
    int low = 0;
    int high = glyphs.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (glyphs.get(middle).start() < codePoint) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low == glyphs.size() ? prompt.length() : glyphs.get(low).offset();
  }

  /** Whether a sign stands between digits, as in 2.5 or 1,000: it ends nothing. */
  static boolean withinNumber(List<Glyph> glyphs, int at) {
    return at > 0
        && at + 1 < glyphs.size()
        && IN_NUMBERS.contains(glyphs.get(at).text())
        && digit(glyphs.get(at - 1))
        && digit(glyphs.get(at + 1));
  }

  private static boolean digit(Glyph glyph) {
    return glyph.kind() == Kind.LETTER && Character.isDigit(glyph.folded().codePointAt(0));
  }

  private static final class Reader {

    private final List<Glyph> glyphs;
    private final List<Word> words = new ArrayList<>();
    private final List<Glyph> letters = new ArrayList<>();
    private int clause;
    private int depth;
    private boolean quote;

    Reader(List<Glyph> glyphs) {
      this.glyphs = glyphs;
    }

    List<Word> words() {
      for (int at = 0; at < glyphs.size(); at++) {
        Glyph glyph = glyphs.get(at);
        switch (glyph.kind()) {
          case LETTER -> letters.add(glyph);
          case UNSEEN -> {}
          case HAN -> {
            endWord();
            words.add(word(List.of(glyph)));
          }
          case EMOJI -> endWord();
          case SPACE -> {
            endWord();
            clause += glyph.text().contains("\n") ? 1 : 0;
          }
          case SIGN -> {
            if (withinNumber(glyphs, at)) {
              endWord();
            } else {
              sign(glyph.folded().substring(0, 1));
            }
          }
        }
      }
      endWord();
      return List.copyOf(words);
    }

    private void sign(String sign) {
      boolean within = (sign.equals("'") || sign.equals("’")) && !letters.isEmpty();
      if (within) {
        return;
      }
      endWord();
      if (sign.equals("\"")) {
        quote = !quote;
      } else if (OPENS.contains(sign)) {
        depth++;
      } else if (CLOSES.contains(sign)) {
        depth = Math.max(0, depth - 1);
      } else if (CLAUSE_ENDS.contains(sign)) {
        clause++;
      }
    }

    private void endWord() {
      if (!letters.isEmpty()) {
        words.add(word(letters));
        letters.clear();
      }
    }

    private Word word(List<Glyph> of) {
      String folded = of.stream().map(Glyph::folded).collect(Collectors.joining());
      boolean name =
          of.stream()
              .anyMatch(glyph -> glyph.upper() || Character.isDigit(glyph.folded().codePointAt(0)));
      return new Word(
          of.getFirst().start(),
          of.getLast().end(),
          folded,
          Script.of(folded),
          name,
          clause,
          depth > 0 || quote);
    }
  }

  /** The kinds of glyphs that a run may have between its members. */
  static boolean between(Kind kind) {
    return kind == Kind.SPACE || kind == Kind.UNSEEN;
  }
}

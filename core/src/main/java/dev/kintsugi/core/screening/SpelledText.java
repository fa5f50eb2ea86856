package dev.kintsugi.core.screening;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A folded text without what may stand between characters that are written one by one to slip
 * through, such as 斩 首 and k.i.l.l. Which of them are a term is told by what stood there.
 */
final class SpelledText {

  /** Not even a list of single characters is a term across these. */
  private static final String PARTING = ",;:!?。、";

  /** They part no clauses, so a long term goes on behind one of them. */
  private static final String LIGHT = " ·・‧•-*~/|+^=#";

  /** A dash as it is typed; like one it parts clauses, which a hyphen does not. */
  private static final Pattern TYPED_DASH = Pattern.compile("-{2,}");

  private static final String DASH = "—";

  /** Chars between two characters that still belong together. */
  private static final int MOST_BETWEEN = 16;

  /** Three letters on their own are spelled; two may be anything. */
  private static final int SPELLED = 3;

  /** Two clauses do not make a term so long by chance. */
  private static final int LONG = 4;

  private static final String WORDS_OF_ONE = "ai";
  private static final String SPACE = " ";
  private static final String NOTHING = "";

  private final FoldedText joined;

  /** What stood before each char, without the spaces around it. */
  private final List<String> gaps;

  /** Whether nothing was left out, so that there is nothing new to be found. */
  private final boolean plain;

  private SpelledText(FoldedText joined, List<String> gaps, boolean plain) {
    this.joined = joined;
    this.gaps = gaps;
    this.plain = plain;
  }

  static SpelledText of(FoldedText folded) {
    return new Reader(folded).read();
  }

  boolean plain() {
    return plain;
  }

  FoldedText joined() {
    return joined;
  }

  /** Whether what stands there is one term that was spelled, and not parts of two clauses. */
  boolean spells(Lexicon.Hit hit) {
    return whole(hit) && (hit.term().chars().noneMatch(c -> han((char) c)) || chinese(hit));
  }

  /** A word of one letter beside a spelled word looks like a letter of it. */
  private boolean whole(Lexicon.Hit hit) {
    return (wordBefore(hit.start()) || joined.opens(hit))
        && (wordAt(hit.end()) || joined.closes(hit));
  }

  private boolean wordBefore(int start) {
    return start > 0
        && wordOfOne(start - 1)
        && gaps.get(start - 1).equals(NOTHING)
        && gaps.get(start).equals(SPACE);
  }

  /** One that ends a clause is the last letter of what is spelled: O P E R A. */
  private boolean wordAt(int end) {
    String text = joined.text();
    return end + 1 < text.length()
        && wordOfOne(end)
        && gaps.get(end).equals(SPACE)
        && text.startsWith(SPACE, end + 1);
  }

  private boolean wordOfOne(int at) {
    return WORDS_OF_ONE.indexOf(joined.text().charAt(at)) >= 0;
  }

  private boolean chinese(Lexicon.Hit hit) {
    List<String> within = gaps.subList(hit.start() + 1, hit.end());
    long parted = within.stream().filter(gap -> !gap.equals(NOTHING)).count();
    if (parted == 0) {
      return true;
    }
    int length = hit.term().length();
    if (parted < within.size()) {
      return length >= LONG && within.stream().allMatch(SpelledText::light);
    }
    if (within.stream().noneMatch(SpelledText::parting)) {
      return length >= SPELLED || alone(hit);
    }
    boolean same = within.stream().distinct().count() == 1;
    return same && (length >= LONG || (length == SPELLED && alone(hit)));
  }

  /** Whether no Chinese character touches its ends. */
  private boolean alone(Lexicon.Hit hit) {
    return free(hit.start() - 1, hit.start()) && free(hit.end(), hit.end());
  }

  /**
   * @param neighbour of an end of a term
   * @param behind what stood before this tells whether they touch
   */
  private boolean free(int neighbour, int behind) {
    return neighbour < 0
        || neighbour == joined.text().length()
        || !han(joined.text().charAt(neighbour))
        || !gaps.get(behind).equals(NOTHING);
  }

  private static boolean light(String gap) {
    return gap.chars().allMatch(sign -> LIGHT.indexOf(sign) >= 0);
  }

  private static boolean parting(String gap) {
    return gap.chars().anyMatch(sign -> PARTING.indexOf(sign) >= 0);
  }

  private static boolean han(char c) {
    return Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN;
  }

  private static boolean letter(char c) {
    return Character.isLetter(c) && !han(c);
  }

  private static final class Reader {

    private final FoldedText folded;
    private final String text;
    private final List<String> gaps = new ArrayList<>();
    private final int[] kept;
    private int count;

    Reader(FoldedText folded) {
      this.folded = folded;
      this.text = folded.text();
      this.kept = new int[text.length()];
    }

    SpelledText read() {
      String gap = NOTHING;
      for (int at = 0; at < text.length(); ) {
        kept[count++] = at;
        gaps.add(gap);
        int next = next(at);
        String between = parts(at, next) ? between(at, next) : NOTHING;
        boolean drops = !between.isEmpty() && drops(at, next, between, gap);
        gap = drops ? between : NOTHING;
        at = drops ? next : at + 1;
      }
      return new SpelledText(folded.at(kept, count), gaps, count == text.length());
    }

    /** The character after one, whatever stands between them; itself when there is none near. */
    private int next(int at) {
      if (!Character.isLetter(text.charAt(at))) {
        return at;
      }
      int end = Math.min(text.length(), at + 2 + MOST_BETWEEN);
      for (int next = at + 1; next < end; next++) {
        if (Character.isLetterOrDigit(text.charAt(next))) {
          return next;
        }
      }
      return at;
    }

    /** Whether both are Chinese, or letters that stand alone, with something between them. */
    private boolean parts(int at, int next) {
      if (next <= at + 1) {
        return false;
      }
      char one = text.charAt(at);
      char other = text.charAt(next);
      return (han(one) && han(other)) || (letter(one) && letter(other) && alone(at) && alone(next));
    }

    private String between(int at, int next) {
      String signs = text.substring(at + 1, next).replace(SPACE, NOTHING);
      if (signs.isEmpty()) {
        return SPACE;
      }
      String read = TYPED_DASH.matcher(signs).replaceAll(DASH);
      boolean same = read.chars().distinct().count() == 1;
      return same ? read.substring(0, 1) : read;
    }

    private boolean drops(int at, int next, String between, String before) {
      return han(text.charAt(at))
          ? light(between) || alone(at) || alone(next)
          : !parting(between) && (between.equals(before) || goesOn(next, between));
    }

    private boolean goesOn(int at, String between) {
      int next = next(at);
      return parts(at, next) && between(at, next).equals(between);
    }

    /** Whether no other of its kind touches it. */
    private boolean alone(int at) {
      boolean chinese = han(text.charAt(at));
      return (at == 0 || !touches(chinese, text.charAt(at - 1)))
          && (at + 1 == text.length() || !touches(chinese, text.charAt(at + 1)));
    }

    private static boolean touches(boolean chinese, char neighbour) {
      return chinese ? han(neighbour) : Character.isLetterOrDigit(neighbour) && !han(neighbour);
    }
  }
}

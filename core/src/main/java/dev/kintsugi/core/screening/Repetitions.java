package dev.kintsugi.core.screening;

import dev.kintsugi.core.screening.Glyph.Kind;
import dev.kintsugi.core.screening.Wording.Word;
import java.util.ArrayList;
import java.util.List;

/** The same words, or the same sign, again and again. */
final class Repetitions {

  /** Words in the longest phrase that is looked for. */
  private static final int LONGEST = 6;

  /** A row of the same sign may be longer than one of words: dots, dashes, stars. */
  private static final int SIGNS = 2;

  /**
   * A word of the prompt.
   *
   * @param quoted it is what a sign says or somebody shouts, which is left as it is asked for
   */
  private record Part(Word word, boolean quoted) {

    boolean repeats(Part before) {
      return word.folded().equals(before.word.folded()) && quoted == before.quoted;
    }
  }

  private Repetitions() {}

  static List<Reason> find(Wording wording, ScreeningPolicy policy) {
    Quotes quotes = Quotes.of(wording.glyphs());
    List<Reason> reasons = new ArrayList<>(signs(wording, quotes, policy));
    int taken = 0;
    List<Part> words =
        wording.words().stream().map(word -> new Part(word, quotes.have(word.start()))).toList();
    for (int at = 0; at < words.size(); at++) {
      if (at < taken) {
        continue;
      }
      for (int period = 1; period <= LONGEST; period++) {
        int end = end(words, at, period);
        int times = (end - at) / period;
        if (times >= policy.repeats()) {
          if (!words.subList(at, at + period).stream().allMatch(Part::quoted)) {
            int from = words.get(at).word.start();
            reasons.add(reason(wording, from, words.get(end - 1).word.end(), times, policy));
          }
          taken = end;
          break;
        }
      }
    }
    return reasons;
  }

  /** Where the row of equal phrases that begins there ends. */
  private static int end(List<Part> words, int from, int period) {
    int next = from + period;
    while (next < words.size() && words.get(next).repeats(words.get(next - period))) {
      next++;
    }
    return from + (Math.min(next, words.size()) - from) / period * period;
  }

  private static List<Reason> signs(Wording wording, Quotes quotes, ScreeningPolicy policy) {
    List<Reason> reasons = new ArrayList<>();
    List<Glyph> glyphs = wording.glyphs();
    int from = 0;
    for (int at = 1; at <= glyphs.size(); at++) {
      if (at < glyphs.size() && glyphs.get(at).folded().equals(glyphs.get(from).folded())) {
        continue;
      }
      boolean sign = glyphs.get(from).kind() == Kind.SIGN && !quotes.have(glyphs.get(from).start());
      if (sign && at - from >= policy.repeats() * SIGNS) {
        reasons.add(
            reason(wording, glyphs.get(from).start(), glyphs.get(at - 1).end(), at - from, policy));
      }
      from = at;
    }
    return reasons;
  }

  private static Reason reason(
      Wording wording, int start, int end, int times, ScreeningPolicy policy) {
    return wording.reason(
        Rule.REPETITION,
        start,
        end,
        "The same %d times in a row; once says as much, and fewer than %d are taken."
            .formatted(times, policy.repeats()));
  }
}

package dev.kintsugi.core.screening;

import dev.kintsugi.core.screening.Glyph.Kind;
import dev.kintsugi.core.screening.Wording.Word;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The same prompt without what offends: emoji in a row go but for digits, what is repeated stays
 * once.
 */
final class Rewording {

  private Rewording() {}

  /** Rules whose offences can be left out. */
  static final Set<Rule> RULES = EnumSet.of(Rule.EMOJI_RUN, Rule.REPETITION);

  /**
   * @param offences against {@link #RULES}, in the order of the text
   * @return empty when nothing would be left, or they lie within each other
   */
  static Optional<String> of(Wording wording, List<Reason> offences) {
    StringBuilder text = new StringBuilder();
    int at = 0;
    for (Reason reason : offences) {
      if (reason.start() < at) {
        return Optional.empty();
      }
      text.append(wording.text(at, reason.start())).append(kept(wording, reason));
      at = reason.end();
    }
    String whole = tidy(text.append(wording.text(at, Integer.MAX_VALUE)).toString());
    return Wording.of(whole).words().isEmpty() ? Optional.empty() : Optional.of(whole);
  }

  private static String kept(Wording wording, Reason reason) {
    if (reason.rule() == Rule.EMOJI_RUN) {
      return digits(wording, reason);
    }
    List<Word> words =
        wording.words().stream()
            .filter(word -> word.start() >= reason.start() && word.end() <= reason.end())
            .toList();
    if (words.isEmpty()) {
      return wording.text(reason.start(), reason.start() + 1);
    }
    int period = 1;
    while (!repeats(words, period)) {
      period++;
    }
    return wording.text(reason.start(), words.get(period - 1).end());
  }

  /** Keys with a digit on them are read as a number, of which none may be lost. */
  private static String digits(Wording wording, Reason reason) {
    StringBuilder kept = new StringBuilder(" ");
    wording.glyphs().stream()
        .filter(glyph -> glyph.start() >= reason.start() && glyph.end() <= reason.end())
        .forEach(glyph -> kept.append(glyph.key().orElse(apart(glyph))));
    return kept.append(' ').toString();
  }

  private static String apart(Glyph glyph) {
    return glyph.kind() == Kind.UNSEEN ? "" : " ";
  }

  private static boolean repeats(List<Word> words, int period) {
    for (int at = period; at < words.size(); at++) {
      if (!words.get(at).folded().equals(words.get(at - period).folded())) {
        return false;
      }
    }
    return true;
  }

  static String tidy(String text) {
    return text.replaceAll("\\s+", " ")
        .replaceAll(" (?=[,.;:!?，。；：！？、])|(?<=\\p{IsHan}) (?=\\p{IsHan})", "")
        .strip();
  }
}

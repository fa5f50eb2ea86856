package dev.kintsugi.core.screening;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Decides what becomes of a prompt. Takes time in proportion to its length, whatever it holds. */
public final class Screener {

  /** Whoever offends more often is told the first ones. */
  private static final int MOST_REASONS = 20;

  private Screener() {}

  /** By structure alone. */
  public static Screening decide(String prompt, ScreeningPolicy policy) {
    return decide(prompt, policy, Lexicon.NONE);
  }

  public static Screening decide(String prompt, ScreeningPolicy policy, Lexicon lexicon) {
    Wording wording = Wording.of(prompt);
    List<Reason> reasons = reasons(wording, policy, lexicon);
    if (reasons.isEmpty()) {
      return new Screening.Accept();
    }
    String suggestion =
        Rewording.of(wording, reasons)
            .filter(text -> reasons(Wording.of(text), policy, lexicon).isEmpty())
            .orElse(null);
    return Screening.of(reasons, suggestion);
  }

  private static List<Reason> reasons(Wording wording, ScreeningPolicy policy, Lexicon lexicon) {
    return Stream.of(
            ListedTerms.find(wording, lexicon),
            EmojiRuns.find(wording, policy),
            Repetitions.find(wording, policy),
            Negations.find(wording, policy),
            ScriptMixes.find(wording, policy),
            NestedBrackets.find(wording, policy))
        .flatMap(List::stream)
        .sorted(Comparator.comparingInt(Reason::start).thenComparing(Reason::rule))
        .limit(MOST_REASONS)
        .toList();
  }
}

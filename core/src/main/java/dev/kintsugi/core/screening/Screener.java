package dev.kintsugi.core.screening;

import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Decides what becomes of a prompt. Takes time in proportion to its length, whatever it holds. */
public final class Screener {

  private static final Comparator<Reason> IN_ORDER =
      Comparator.comparingInt(Reason::start).thenComparing(Reason::rule);

  /** Nobody hides a grave offence behind many small ones. */
  private static final Comparator<Reason> GRAVEST_FIRST =
      Comparator.comparing((Reason reason) -> reason.rule().consequence())
          .reversed()
          .thenComparing(IN_ORDER);

  /** Whoever offends more often is told the gravest, and of those the first. */
  private static final int MOST_REASONS = 20;

  /** Rules of which a prompt is rid by saying it anew. */
  private static final Set<Rule> RESTATED =
      EnumSet.of(Rule.OBJECT_COUNT, Rule.ABSTRACT, Rule.METAPHOR);

  private final ScreeningPolicy policy;
  private final Lexicon lexicon;
  private final Tagger tagger;

  private Screener(ScreeningPolicy policy, Lexicon lexicon, Tagger tagger) {
    this.policy = policy;
    this.lexicon = lexicon;
    this.tagger = tagger;
  }

  /** By structure alone. */
  public static Screening decide(String prompt, ScreeningPolicy policy) {
    return decide(prompt, policy, Lexicon.NONE);
  }

  /** By structure and lists of terms. */
  public static Screening decide(String prompt, ScreeningPolicy policy, Lexicon lexicon) {
    return decide(prompt, policy, lexicon, Tagger.NONE);
  }

  public static Screening decide(
      String prompt, ScreeningPolicy policy, Lexicon lexicon, Tagger tagger) {
    return new Screener(policy, lexicon, tagger).decide(prompt);
  }

  /**
   * What becomes of a prompt that could not be looked at: it is taken, unless one of its length is
   * taken only after a person looked.
   */
  public static Screening unread(String prompt) {
    List<Reason> reasons = NestedBrackets.unread(prompt);
    return reasons.isEmpty() ? new Screening.Accept() : new Screening.HoldForReview(reasons, null);
  }

  /**
   * A prompt said anew and briefly: who, what they do, where, then how it looks. For prompts that
   * are too long for their model, which only it can tell.
   *
   * @return empty where there is no subject, or where it would not pass
   */
  public static Optional<String> anew(
      String prompt, ScreeningPolicy policy, Lexicon lexicon, Tagger tagger) {
    return new Screener(policy, lexicon, tagger).restated(Wording.of(prompt));
  }

  private Screening decide(String prompt) {
    Wording wording = Wording.of(prompt);
    List<Reason> reasons = reasons(wording);
    return reasons.isEmpty()
        ? new Screening.Accept()
        : Screening.of(reasons, better(wording, reasons).orElse(null));
  }

  /** Cheap stages first: what they reject, no tagger needs to read. */
  private List<Reason> reasons(Wording wording) {
    List<Reason> plain =
        Stream.of(
                ListedTerms.find(wording, lexicon),
                EmojiRuns.find(wording, policy),
                Repetitions.find(wording, policy),
                Negations.find(wording, policy),
                ScriptMixes.find(wording, policy),
                NestedBrackets.find(wording, policy))
            .flatMap(List::stream)
            .toList();
    boolean rejected =
        plain.stream().anyMatch(reason -> reason.rule().consequence() == Rule.Consequence.REJECT);
    List<Reason> meant =
        rejected
            ? List.of()
            : TaggedText.of(wording, tagger)
                .map(text -> LanguageRules.find(text, policy))
                .orElseGet(List::of);
    return Stream.concat(plain.stream(), meant.stream())
        .sorted(GRAVEST_FIRST)
        .limit(MOST_REASONS)
        .sorted(IN_ORDER)
        .toList();
  }

  /** What offends is left out; where that does not help, the rest is said anew. */
  private Optional<String> better(Wording wording, List<Reason> reasons) {
    List<Reason> left = reasons.stream().filter(r -> Rewording.RULES.contains(r.rule())).toList();
    if (!reasons.stream().allMatch(r -> left.contains(r) || RESTATED.contains(r.rule()))) {
      return Optional.empty();
    }
    return left.isEmpty()
        ? restated(wording)
        : Rewording.of(wording, left).map(Wording::of).flatMap(this::passing);
  }

  private Optional<String> passing(Wording wording) {
    List<Reason> reasons = reasons(wording);
    if (reasons.isEmpty()) {
      return Optional.of(wording.prompt());
    }
    return reasons.stream().allMatch(reason -> RESTATED.contains(reason.rule()))
        ? restated(wording)
        : Optional.empty();
  }

  private Optional<String> restated(Wording wording) {
    return TaggedText.of(wording, tagger)
        .flatMap(text -> Restatement.of(text, policy))
        .filter(text -> reasons(Wording.of(text)).isEmpty());
  }
}

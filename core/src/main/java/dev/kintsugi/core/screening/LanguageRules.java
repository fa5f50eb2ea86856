package dev.kintsugi.core.screening;

import static dev.kintsugi.core.screening.PartOfSpeech.DETERMINER;
import static dev.kintsugi.core.screening.PartOfSpeech.NUMBER;
import static dev.kintsugi.core.screening.PartOfSpeech.PARTICLE;
import static dev.kintsugi.core.screening.PartOfSpeech.PUNCTUATION;

import java.util.ArrayList;
import java.util.List;

/** What can be said against the meaning of a prompt. */
final class LanguageRules {

  private LanguageRules() {}

  static List<Reason> find(TaggedText text, ScreeningPolicy policy) {
    Meaning meaning = Meaning.of(text.tokens());
    List<Reason> reasons = new ArrayList<>();
    if (meaning.objects().size() > policy.objects()) {
      reasons.add(tooMany(text, meaning, policy));
    }
    boolean speaks = text.tokens().stream().anyMatch(LanguageRules::speaks);
    int seen =
        meaning.objects().size()
            + Math.min(1, meaning.persons())
            + meaning.shown()
            + (text.pictured() ? 1 : 0);
    boolean felt = meaning.felt() >= 0;
    int needed = felt ? policy.entities() : Math.min(1, policy.entities());
    if (speaks && seen < needed) {
      reasons.add(
          meaning.compared().isEmpty()
              ? vague(text, meaning, seen)
              : compared(text, meaning, seen));
    }
    return reasons;
  }

  /** An article or a number alone says nothing, neither vaguely nor otherwise. */
  private static boolean speaks(Token token) {
    return !token.is(PUNCTUATION, DETERMINER, NUMBER, PARTICLE);
  }

  private static Reason tooMany(TaggedText text, Meaning meaning, ScreeningPolicy policy) {
    List<Integer> objects = meaning.objects();
    return text.wording()
        .reason(
            Rule.OBJECT_COUNT,
            text.tokens().get(objects.get(policy.objects())).start(),
            text.tokens().get(objects.getLast()).end(),
            "%d things are named; more than %d are not drawn reliably. Keep those that matter, or make several clips."
                .formatted(objects.size(), policy.objects()));
  }

  private static Reason vague(TaggedText text, Meaning meaning, int seen) {
    List<Token> tokens = text.tokens();
    if (seen == 0) {
      return text.wording()
          .reason(
              Rule.ABSTRACT,
              tokens.getFirst().start(),
              tokens.getLast().end(),
              "Nothing is named that can be seen. Say who or what is seen, what it does, and where.");
    }
    return text.wording()
        .reason(
            Rule.ABSTRACT,
            tokens.get(meaning.felt()).start(),
            tokens.get(meaning.clauseEnd(meaning.felt()) - 1).end(),
            "A feeling is told, and only %d thing that can be seen. Say what shows it: a face, a place, a light."
                .formatted(seen));
  }

  private static Reason compared(TaggedText text, Meaning meaning, int seen) {
    Comparison first = meaning.compared().getFirst();
    return text.wording()
        .reason(
            Rule.METAPHOR,
            text.tokens().get(first.from()).start(),
            text.tokens().get(first.to() - 1).end(),
            seen == 0
                ? "Only a comparison, without who or what is compared. Say who or what is seen, what it does, and where."
                : "Only a comparison is said of it. Say what it does, and where.");
  }
}

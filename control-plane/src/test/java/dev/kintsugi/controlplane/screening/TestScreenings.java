package dev.kintsugi.controlplane.screening;

import dev.kintsugi.controlplane.learning.LearnedRules;
import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.core.screening.Reason;
import dev.kintsugi.core.screening.Rule;
import dev.kintsugi.core.screening.Screener;
import dev.kintsugi.core.screening.Screening;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Primary;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.util.List;

/** The real screening, and one word that asks for safe mode whatever the rules say of it. */
@Factory
@Requires(property = "kintsugi.test.fragile-word")
final class TestScreenings {

  private static final String WORD = "fragile";

  @Primary
  @Singleton
  Screenings screenings(
      Meters meters,
      Stages stages,
      Policies policies,
      LanguageTagger tagger,
      Exceptions exceptions,
      LearnedRules learned,
      TokenStage tokens,
      NoveltyStage novelty,
      PromptCounts counts) {
    return new Screenings(
        meters,
        stages,
        (service, submission, unread) ->
            submission.prompt().contains(WORD)
                ? fragile(submission.prompt())
                : Screener.decide(
                    submission.prompt(),
                    policies.of(service),
                    policies.lexicon(service),
                    tagger.telling(unread)),
        policies,
        exceptions,
        learned,
        tokens,
        novelty,
        counts);
  }

  private static Screening fragile(String prompt) {
    int at = prompt.indexOf(WORD);
    Reason reason =
        new Reason(Rule.SCRIPT_MIX, at, at + WORD.length(), WORD, "A word that breaks easily.");
    return new Screening.AcceptSafeMode(List.of(reason), "a sturdy cat");
  }
}

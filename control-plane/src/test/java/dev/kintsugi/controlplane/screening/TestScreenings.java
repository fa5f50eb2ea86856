package dev.kintsugi.controlplane.screening;

import dev.kintsugi.controlplane.learning.LearnedRules;
import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.screening.Said.Why;
import dev.kintsugi.core.learning.PromptFeatures.Submission;
import dev.kintsugi.core.screening.Reason;
import dev.kintsugi.core.screening.Rule;
import dev.kintsugi.core.screening.Screening;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Primary;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

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
        new Fragile(new Screenings.ByPolicy(policies, tagger)),
        policies,
        exceptions,
        learned,
        tokens,
        novelty,
        counts);
  }

  private record Fragile(Screenings.Rules usual) implements Screenings.Rules {

    @Override
    public Screening decide(String service, Submission submission, Consumer<Why> unread) {
      return submission.prompt().contains(WORD)
          ? fragile(submission.prompt())
          : usual.decide(service, submission, unread);
    }

    @Override
    public Optional<String> without(String service, String prompt, int emojiRun) {
      return usual.without(service, prompt, emojiRun);
    }
  }

  private static Screening fragile(String prompt) {
    int at = prompt.indexOf(WORD);
    Reason reason =
        new Reason(Rule.SCRIPT_MIX, at, at + WORD.length(), WORD, "A word that breaks easily.");
    return new Screening.AcceptSafeMode(List.of(reason), "a sturdy cat");
  }
}

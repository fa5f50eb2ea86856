package dev.kintsugi.controlplane.screening;

import dev.kintsugi.controlplane.learning.LearnedRules;
import dev.kintsugi.controlplane.learning.LearnedRules.Stop;
import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.screening.Said.Why;
import dev.kintsugi.controlplane.screening.Stages.Passage;
import dev.kintsugi.core.learning.PromptFeatures.Submission;
import dev.kintsugi.core.screening.Rule;
import dev.kintsugi.core.screening.Screener;
import dev.kintsugi.core.screening.Screening;
import dev.kintsugi.protocol.metrics.MetricCatalogue;
import dev.kintsugi.protocol.screening.PromptScreening;
import io.prometheus.metrics.core.metrics.Counter;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Screens prompts, and counts what came of it. A stage that breaks or is slow lets the prompt
 * through: it must never be what keeps a customer from a video.
 */
@Singleton
public final class Screenings {

  private static final List<String> VERDICTS =
      List.of(
          "accept", "suggest_rewrite", "accept_safe_mode", "hold_for_review", "reject", "error");

  /** What structure, language and lists make of a submission. */
  @FunctionalInterface
  interface Rules {

    /**
     * @param unread is told why its language could not be looked at
     */
    Screening decide(String service, Submission submission, Consumer<Why> unread);
  }

  private final Stages stages;
  private final Rules screener;
  private final Policies policies;
  private final Exceptions exceptions;
  private final LearnedRules learned;
  private final TokenStage tokens;
  private final NoveltyStage novelty;
  private final PromptCounts counts;
  private final Counter verdicts;
  private final Counter rules;

  @Inject
  Screenings(
      Meters meters,
      Stages stages,
      Policies policies,
      LanguageTagger tagger,
      Exceptions exceptions,
      LearnedRules learned,
      TokenStage tokens,
      NoveltyStage novelty,
      PromptCounts counts) {
    this(
        meters,
        stages,
        (service, submission, unread) ->
            Screener.decide(
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

  Screenings(
      Meters meters,
      Stages stages,
      Rules screener,
      Policies policies,
      Exceptions exceptions,
      LearnedRules learned,
      TokenStage tokens,
      NoveltyStage novelty,
      PromptCounts counts) {
    this.stages = stages;
    this.screener = screener;
    this.policies = policies;
    this.exceptions = exceptions;
    this.learned = learned;
    this.tokens = tokens;
    this.novelty = novelty;
    this.counts = counts;
    this.verdicts = meters.counter(MetricCatalogue.PROMPT_SCREENINGS);
    this.rules = meters.counter(MetricCatalogue.PROMPT_REASONS);
    VERDICTS.forEach(verdict -> verdicts.labelValues(verdict).inc(0));
    for (Rule rule : Rule.values()) {
      rules.labelValues(rule.wireName()).inc(0);
    }
  }

  /**
   * A submission, both ways.
   *
   * @param asked as it is made otherwise
   * @param safe as it is made in safe mode
   */
  public record Asking(Submission asked, Submission safe) {}

  /**
   * Without consequences; nothing is counted. Rules that stop only a share stop nothing here.
   *
   * @param service {@code namespace/name}
   */
  public PromptScreening tell(String service, Asking asking) {
    return screen(null, service, asking).told();
  }

  /**
   * Screens a submission; it is counted by {@link #count} once it is known what came of it.
   *
   * @param tenant whose prompts have the same answer each time; null in a dry run
   * @param service {@code namespace/name}
   */
  public Screened screen(@Nullable String tenant, String service, Asking asking) {
    Passage passage = stages.begin();
    Screening screening = ruled(service, asking.asked(), passage);
    Stop stop = null;
    Submission made = asking.asked();
    if (!(screening instanceof Screening.Reject)) {
      Screening compared = compared(service, asking.asked(), screening, passage);
      made = compared.careful() ? asking.safe() : made;
      stop = stopped(tenant, service, made, passage).orElse(null);
      screening =
          stop == null
              ? measured(service, asking.asked(), compared, passage)
              : compared.with(stop.reason());
    }
    return new Screened(asking, passable(service, made, screening, passage), stop, passage);
  }

  /** Counts a submission that was taken, or refused for its prompt; a repeated one is neither. */
  public void count(String service, Screened screened) {
    List<String> spoke =
        screened.screening().reasons().stream()
            .map(reason -> reason.rule().wireName())
            .distinct()
            .toList();
    String verdict = screened.unscreened() ? "error" : screened.verdict();
    verdicts.labelValues(verdict).inc();
    spoke.forEach(rule -> rules.labelValues(rule).inc());
    counts.add(service, verdict, spoke);
    stages.count(screened.passage());
    if (screened.stop() != null) {
      learned.count(screened.stop());
    }
  }

  /**
   * What the rules say.
   *
   * @param unread why its language was not looked at; empty when it was
   */
  private record Ruled(Screening screening, Set<Why> unread) {}

  private Screening ruled(String service, Submission submission, Passage passage) {
    Optional<Ruled> ruled =
        passage.take(
            Stage.RULES,
            () -> {
              Set<Why> unread = EnumSet.noneOf(Why.class);
              return new Said.Word<>(
                  new Ruled(screener.decide(service, submission, unread::add), unread));
            });
    ruled.ifPresent(said -> said.unread().forEach(why -> passage.note(Stages.LANGUAGE, why)));
    return ruled
        .map(said -> lookedAt(service, submission, said.screening()))
        .orElseGet(() -> Screener.unread(submission.prompt()));
  }

  /** Whether somebody has looked at it before is for the database, in its own time. */
  private Screening lookedAt(String service, Submission submission, Screening screening) {
    return screening instanceof Screening.HoldForReview
            && exceptions.has(service, submission.prompt())
        ? screening.reviewed()
        : screening;
  }

  /**
   * @param tenant null where a rule that stops only a share stops nothing
   */
  private Optional<Stop> stopped(
      @Nullable String tenant, String service, Submission made, Passage passage) {
    return passage
        .take(Stage.LEARNED, () -> new Said.Word<>(learned.stops(service, made, tenant)))
        .flatMap(Function.identity());
  }

  /** Nobody is told a wording that what was learnt would stop next. */
  private Screening passable(
      String service, Submission made, Screening screening, Passage passage) {
    String suggestion = screening.suggestion();
    return suggestion != null && stopped(null, service, made.with(suggestion), passage).isPresent()
        ? Screening.of(screening.reasons(), null)
        : screening;
  }

  private Screening compared(
      String service, Submission submission, Screening screening, Passage passage) {
    return passage
        .take(Stage.NOVELTY, () -> novelty.look(service, submission.prompt()))
        .flatMap(Function.identity())
        .map(reason -> screening.with(reason, screening.suggestion()))
        .orElse(screening);
  }

  private Screening measured(
      String service, Submission submission, Screening screening, Passage passage) {
    TokenStage.Question question =
        new TokenStage.Question(
            service, submission.prompt(), screening.suggestion(), policies.of(service).tokens());
    return passage
        .take(
            Stage.TOKENS,
            () ->
                tokens.look(
                    question,
                    text ->
                        screener.decide(service, submission.with(text), why -> {})
                            instanceof Screening.Accept))
        .flatMap(Function.identity())
        .map(tooLong -> screening.with(tooLong.reason(), tooLong.suggestion()))
        .orElse(screening);
  }
}

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
import dev.kintsugi.protocol.metrics.AdmissionCatalogue;
import dev.kintsugi.protocol.screening.PromptScreening;
import io.prometheus.metrics.core.metrics.Counter;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
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

    /**
     * A wording that passes and has no so many emoji in a row.
     *
     * @return empty where there is none
     */
    default Optional<String> without(String service, String prompt, int emojiRun) {
      return Optional.empty();
    }
  }

  /** By the policy of the service. */
  record ByPolicy(Policies policies, LanguageTagger tagger) implements Rules {

    @Override
    public Screening decide(String service, Submission submission, Consumer<Why> unread) {
      return Screener.decide(
          submission.prompt(),
          policies.of(service),
          policies.lexicon(service),
          tagger.telling(unread));
    }

    @Override
    public Optional<String> without(String service, String prompt, int emojiRun) {
      return Optional.ofNullable(
          Screener.decide(
                  prompt,
                  policies.of(service).withEmojiRun(emojiRun),
                  policies.lexicon(service),
                  tagger)
              .suggestion());
    }
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
        new ByPolicy(policies, tagger),
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
    this.verdicts = meters.counter(AdmissionCatalogue.PROMPT_SCREENINGS);
    this.rules = meters.counter(AdmissionCatalogue.PROMPT_REASONS);
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
    if (!(screening instanceof Screening.Reject)) {
      Screening compared = compared(service, asking.asked(), screening, passage);
      Submission made = compared.careful() ? asking.safe() : asking.asked();
      stop = stopped(tenant, service, made, passage).orElse(null);
      screening =
          stop == null
              ? measured(service, asking.asked(), compared, passage)
              : compared.with(stop.reason(), reworded(service, made, stop, passage));
    }
    Screening fitting = fitting(service, asking.asked(), screening, passage);
    return new Screened(asking, passable(service, asking, fitting, passage), stop, passage);
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

  /** Emoji can be left out; of anything else that was learnt, only the customer knows better. */
  private @Nullable String reworded(String service, Submission made, Stop stop, Passage passage) {
    OptionalInt emojiRun = stop.emojiRun();
    return emojiRun.isEmpty()
        ? null
        : passage
            .take(
                Stage.RULES,
                () ->
                    new Said.Word<>(screener.without(service, made.prompt(), emojiRun.getAsInt())))
            .flatMap(Function.identity())
            .orElse(null);
  }

  /** What is suggested instead of a rejected prompt is not to be too long either. */
  private Screening fitting(
      String service, Submission asked, Screening screening, Passage passage) {
    String suggestion = screening.suggestion();
    if (suggestion == null || !(screening instanceof Screening.Reject)) {
      return screening;
    }
    Screening next = measured(service, asked.with(suggestion), new Screening.Accept(), passage);
    return next instanceof Screening.Accept
        ? screening
        : Screening.of(screening.reasons(), next.suggestion());
  }

  /** Nobody is told a wording that what was learnt may stop next, whichever way it is made. */
  private Screening passable(String service, Asking asking, Screening screening, Passage passage) {
    String suggestion = screening.suggestion();
    return suggestion != null
            && passage
                .take(
                    Stage.LEARNED,
                    () ->
                        new Said.Word<>(
                            learned.mayStop(service, asking.asked().with(suggestion))
                                || learned.mayStop(service, asking.safe().with(suggestion))))
                .orElse(true)
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
        .map(measured -> measured.of(screening))
        .orElse(screening);
  }
}

package dev.kintsugi.controlplane.screening;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.learning.LearnedRules;
import dev.kintsugi.controlplane.learning.LearnedRules.Stop;
import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.screening.Stages.Passage;
import dev.kintsugi.core.learning.PromptFeatures.Submission;
import dev.kintsugi.core.screening.Reason;
import dev.kintsugi.core.screening.Rule;
import dev.kintsugi.core.screening.Screener;
import dev.kintsugi.core.screening.Screening;
import dev.kintsugi.core.screening.Tagger;
import dev.kintsugi.protocol.metrics.MetricCatalogue;
import dev.kintsugi.protocol.screening.PromptReason;
import dev.kintsugi.protocol.screening.PromptScreening;
import dev.kintsugi.protocol.screening.PromptScreening.SkippedStage;
import io.prometheus.metrics.core.metrics.Counter;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiFunction;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
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

  private final Stages stages;
  private final BiFunction<String, Submission, Screening> screener;
  private final Policies policies;
  private final Exceptions exceptions;
  private final LearnedRules learned;
  private final TokenStage tokens;
  private final NoveltyStage novelty;
  private final PromptCounts counts;
  private final DoubleSupplier draws;
  private final Counter verdicts;
  private final Counter rules;

  @Inject
  Screenings(
      Meters meters,
      Stages stages,
      Policies policies,
      Tagger tagger,
      Exceptions exceptions,
      LearnedRules learned,
      TokenStage tokens,
      NoveltyStage novelty,
      PromptCounts counts) {
    this(
        meters,
        stages,
        (service, submission) ->
            Screener.decide(
                submission.prompt(), policies.of(service), policies.lexicon(service), tagger),
        policies,
        exceptions,
        learned,
        tokens,
        novelty,
        counts,
        () -> ThreadLocalRandom.current().nextDouble());
  }

  /**
   * @param screener what becomes of a submission to a service
   */
  Screenings(
      Meters meters,
      Stages stages,
      BiFunction<String, Submission, Screening> screener,
      Policies policies,
      Exceptions exceptions,
      LearnedRules learned,
      TokenStage tokens,
      NoveltyStage novelty,
      PromptCounts counts,
      DoubleSupplier draws) {
    this.stages = stages;
    this.screener = screener;
    this.policies = policies;
    this.exceptions = exceptions;
    this.learned = learned;
    this.tokens = tokens;
    this.novelty = novelty;
    this.counts = counts;
    this.draws = draws;
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
   * A submission that is taken.
   *
   * @param held a person decides before it is made
   * @param told to the customer; null when it is simply taken
   */
  public record Passed(boolean held, @Nullable PromptScreening told) {

    /** It is made with other parameters than it would be otherwise. */
    public boolean inSafeMode() {
      return told != null && told.safeMode() != null;
    }
  }

  /**
   * Without consequences; nothing is counted. Rules that stop only a share stop nothing here.
   *
   * @param service {@code namespace/name}
   */
  public PromptScreening tell(String service, Asking asking) {
    return told(screen(service, asking, () -> 1.0), asking);
  }

  /**
   * Lets a submission's prompt pass, or not.
   *
   * @throws ApiException {@code prompt_rejected}, with the reasons
   */
  public Passed admit(String service, Asking asking) {
    Screened screened = screen(service, asking, draws);
    Screening screening = screened.screening();
    boolean unscreened =
        screened.passage().skipped(Stage.RULES) && screening instanceof Screening.Accept;
    count(service, screening, unscreened ? "error" : verdict(screening));
    stages.count(screened.passage());
    if (screened.stop() != null) {
      learned.count(screened.stop());
    }
    return switch (screening) {
      case Screening.Accept accept -> new Passed(false, null);
      case Screening.Reject reject ->
          throw ApiException.promptRejected(
              reject.reasons().stream().map(Reason::message).collect(Collectors.joining(" ")),
              reasons(reject),
              reject.suggestion());
      case Screening.HoldForReview held -> new Passed(true, told(screened, asking));
      case Screening.SuggestRewrite taken -> new Passed(false, told(screened, asking));
      case Screening.AcceptSafeMode taken -> new Passed(false, told(screened, asking));
    };
  }

  private static PromptScreening told(Screened screened, Asking asking) {
    Screening screening = screened.screening();
    Submission safe = asking.safe();
    boolean changes =
        !(screening instanceof Screening.Reject)
            && screening.careful()
            && !safe.equals(asking.asked());
    return new PromptScreening(
        "prompt.screening",
        verdict(screening),
        reasons(screening),
        screening.suggestion(),
        changes ? new PromptScreening.SafeMode(safe.frames(), safe.steps()) : null,
        skipped(screened.passage()));
  }

  /**
   * @param stop the learned rule that rejects it; null where none does
   * @param passage which stages said nothing
   */
  private record Screened(Screening screening, @Nullable Stop stop, Passage passage) {}

  private Screened screen(String service, Asking asking, DoubleSupplier draw) {
    Submission submission = asking.asked();
    Passage passage = stages.begin();
    Screening screening =
        passage
            .take(
                Stage.RULES,
                () ->
                    new Said.Word<>(
                        lookedAt(service, submission, screener.apply(service, submission))))
            .orElseGet(Screening.Accept::new);
    if (screening instanceof Screening.Reject) {
      return new Screened(screening, null, passage);
    }
    Screening compared = compared(service, submission, screening, passage);
    Submission made = compared.careful() ? asking.safe() : submission;
    Optional<Stop> stop =
        passage
            .take(Stage.LEARNED, () -> new Said.Word<>(learned.stops(service, made, draw)))
            .flatMap(Function.identity());
    if (stop.isPresent()) {
      return new Screened(compared.with(stop.get().reason()), stop.get(), passage);
    }
    return new Screened(measured(service, submission, compared, passage), null, passage);
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
                        screener.apply(service, submission.with(text)) instanceof Screening.Accept))
        .flatMap(Function.identity())
        .map(tooLong -> screening.with(tooLong.reason(), tooLong.suggestion()))
        .orElse(screening);
  }

  private Screening lookedAt(String service, Submission submission, Screening screening) {
    return screening instanceof Screening.HoldForReview
            && exceptions.has(service, submission.prompt())
        ? screening.reviewed()
        : screening;
  }

  private void count(String service, Screening screening, String verdict) {
    List<String> spoke =
        screening.reasons().stream().map(reason -> reason.rule().wireName()).distinct().toList();
    verdicts.labelValues(verdict).inc();
    spoke.forEach(rule -> rules.labelValues(rule).inc());
    counts.add(service, verdict, spoke);
  }

  private static String verdict(Screening screening) {
    return switch (screening) {
      case Screening.Accept accept -> "accept";
      case Screening.SuggestRewrite suggest -> "suggest_rewrite";
      case Screening.AcceptSafeMode safe -> "accept_safe_mode";
      case Screening.HoldForReview hold -> "hold_for_review";
      case Screening.Reject reject -> "reject";
    };
  }

  private static List<SkippedStage> skipped(Passage passage) {
    return passage.skips().stream()
        .map(skip -> new SkippedStage(skip.stage().wireName(), skip.why().wireName()))
        .toList();
  }

  private static List<PromptReason> reasons(Screening screening) {
    return screening.reasons().stream()
        .map(
            reason ->
                new PromptReason(
                    reason.rule().wireName(),
                    reason.start(),
                    reason.end(),
                    reason.text(),
                    reason.message()))
        .toList();
  }
}

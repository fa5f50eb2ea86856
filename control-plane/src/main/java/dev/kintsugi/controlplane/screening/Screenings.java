package dev.kintsugi.controlplane.screening;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.learning.LearnedRules;
import dev.kintsugi.controlplane.learning.LearnedRules.Stop;
import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.core.learning.PromptFeatures.Submission;
import dev.kintsugi.core.screening.Reason;
import dev.kintsugi.core.screening.Rule;
import dev.kintsugi.core.screening.Screener;
import dev.kintsugi.core.screening.Screening;
import dev.kintsugi.protocol.metrics.MetricCatalogue;
import dev.kintsugi.protocol.screening.PromptReason;
import dev.kintsugi.protocol.screening.PromptScreening;
import io.prometheus.metrics.core.metrics.Counter;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiFunction;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Screens prompts, and counts what came of it. A defect of the screening lets the prompt through:
 * it must never be what keeps a customer from a video.
 */
@Singleton
public final class Screenings {

  private static final Logger LOG = LoggerFactory.getLogger(Screenings.class);
  private static final List<String> VERDICTS =
      List.of(
          "accept", "suggest_rewrite", "accept_safe_mode", "hold_for_review", "reject", "error");

  private final BiFunction<String, Submission, Screening> screener;
  private final Exceptions exceptions;
  private final LearnedRules learned;
  private final PromptCounts counts;
  private final DoubleSupplier draws;
  private final Counter verdicts;
  private final Counter rules;

  @Inject
  Screenings(
      Meters meters,
      Policies policies,
      Exceptions exceptions,
      LearnedRules learned,
      PromptCounts counts) {
    this(
        meters,
        (service, submission) ->
            Screener.decide(submission.prompt(), policies.of(service), policies.lexicon(service)),
        exceptions,
        learned,
        counts,
        () -> ThreadLocalRandom.current().nextDouble());
  }

  /**
   * @param screener what becomes of a submission to a service
   */
  Screenings(
      Meters meters,
      BiFunction<String, Submission, Screening> screener,
      Exceptions exceptions,
      LearnedRules learned,
      PromptCounts counts,
      DoubleSupplier draws) {
    this.screener = screener;
    this.exceptions = exceptions;
    this.learned = learned;
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
    Screening screening =
        screen(service, asking, () -> 1.0)
            .map(Screened::screening)
            .orElseGet(Screening.Accept::new);
    return told(screening, asking);
  }

  /**
   * Lets a submission's prompt pass, or not.
   *
   * @throws ApiException {@code prompt_rejected}, with the reasons
   */
  public Passed admit(String service, Asking asking) {
    Optional<Screened> looked = screen(service, asking, draws);
    Optional<Screening> screened = looked.map(Screened::screening);
    count(service, screened.orElse(null));
    looked.map(Screened::stop).ifPresent(learned::count);
    if (screened.orElse(null) instanceof Screening.Reject reject) {
      throw ApiException.promptRejected(
          reject.reasons().stream().map(Reason::message).collect(Collectors.joining(" ")),
          reasons(reject),
          reject.suggestion());
    }
    return screened
        .filter(screening -> !(screening instanceof Screening.Accept))
        .map(
            screening ->
                new Passed(screening instanceof Screening.HoldForReview, told(screening, asking)))
        .orElseGet(() -> new Passed(false, null));
  }

  private static PromptScreening told(Screening screening, Asking asking) {
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
        changes ? new PromptScreening.SafeMode(safe.frames(), safe.steps()) : null);
  }

  /**
   * @param stop the learned rule that rejects it; null where none does
   */
  private record Screened(Screening screening, @Nullable Stop stop) {}

  private Optional<Screened> screen(String service, Asking asking, DoubleSupplier draw) {
    Submission submission = asking.asked();
    try {
      Screening screening = lookedAt(service, submission, screener.apply(service, submission));
      if (screening instanceof Screening.Reject) {
        return Optional.of(new Screened(screening, null));
      }
      return Optional.of(
          learned
              .stops(service, screening.careful() ? asking.safe() : submission, draw)
              .map(stop -> new Screened(screening.with(stop.reason()), stop))
              .orElseGet(() -> new Screened(screening, null)));
    } catch (RuntimeException defect) {
      LOG.error(
          "A prompt of {} characters passes unscreened", submission.prompt().length(), defect);
      return Optional.empty();
    }
  }

  private Screening lookedAt(String service, Submission submission, Screening screening) {
    return screening instanceof Screening.HoldForReview
            && exceptions.has(service, submission.prompt())
        ? screening.reviewed()
        : screening;
  }

  private void count(String service, @Nullable Screening screening) {
    String verdict = screening == null ? "error" : verdict(screening);
    List<String> spoke =
        screening == null
            ? List.of()
            : screening.reasons().stream()
                .map(reason -> reason.rule().wireName())
                .distinct()
                .toList();
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

package dev.kintsugi.controlplane.screening;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.core.screening.Reason;
import dev.kintsugi.core.screening.Rule;
import dev.kintsugi.core.screening.Screener;
import dev.kintsugi.core.screening.Screening;
import dev.kintsugi.core.screening.ScreeningPolicy;
import dev.kintsugi.protocol.metrics.MetricCatalogue;
import dev.kintsugi.protocol.screening.PromptReason;
import dev.kintsugi.protocol.screening.PromptScreening;
import io.prometheus.metrics.core.metrics.Counter;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
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
      List.of("accept", "suggest_rewrite", "reject", "error");

  private final Function<String, Screening> screener;
  private final Counter verdicts;
  private final Counter rules;

  @Inject
  Screenings(Meters meters) {
    this(meters, prompt -> Screener.decide(prompt, ScreeningPolicy.DEFAULT));
  }

  Screenings(Meters meters, Function<String, Screening> screener) {
    this.screener = screener;
    this.verdicts = meters.counter(MetricCatalogue.PROMPT_SCREENINGS);
    this.rules = meters.counter(MetricCatalogue.PROMPT_REASONS);
    VERDICTS.forEach(verdict -> verdicts.labelValues(verdict).inc(0));
    for (Rule rule : Rule.values()) {
      rules.labelValues(rule.wireName()).inc(0);
    }
  }

  /** Without consequences; nothing is counted. */
  public PromptScreening tell(String prompt) {
    Screening screening = screen(prompt).orElseGet(Screening.Accept::new);
    return new PromptScreening(
        "prompt.screening", verdict(screening), reasons(screening), screening.suggestion());
  }

  /**
   * Lets a submission's prompt pass, or not.
   *
   * @throws ApiException {@code prompt_rejected}, with the reasons
   */
  public void admit(String prompt) {
    Optional<Screening> screened = screen(prompt);
    verdicts.labelValues(screened.map(Screenings::verdict).orElse("error")).inc();
    screened.stream()
        .flatMap(screening -> screening.reasons().stream())
        .map(reason -> reason.rule().wireName())
        .distinct()
        .forEach(rule -> rules.labelValues(rule).inc());
    if (screened.orElse(null) instanceof Screening.Reject reject) {
      throw ApiException.promptRejected(
          reject.reasons().stream().map(Reason::message).collect(Collectors.joining(" ")),
          reasons(reject),
          reject.suggestion());
    }
  }

  private Optional<Screening> screen(String prompt) {
    try {
      return Optional.of(screener.apply(prompt));
    } catch (RuntimeException defect) {
      LOG.error("A prompt of {} characters passes unscreened", prompt.length(), defect);
      return Optional.empty();
    }
  }

  private static String verdict(Screening screening) {
    return switch (screening) {
      case Screening.Accept accept -> "accept";
      case Screening.SuggestRewrite suggest -> "suggest_rewrite";
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

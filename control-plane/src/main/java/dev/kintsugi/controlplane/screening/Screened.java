package dev.kintsugi.controlplane.screening;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.learning.LearnedRules.Stop;
import dev.kintsugi.controlplane.screening.Screenings.Asking;
import dev.kintsugi.controlplane.screening.Stages.Passage;
import dev.kintsugi.core.learning.PromptFeatures.Submission;
import dev.kintsugi.core.screening.Reason;
import dev.kintsugi.core.screening.Screening;
import dev.kintsugi.protocol.screening.PromptReason;
import dev.kintsugi.protocol.screening.PromptScreening;
import dev.kintsugi.protocol.screening.PromptScreening.SkippedStage;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A submission after screening. */
public final class Screened {

  private final Asking asking;
  private final Screening screening;
  private final @Nullable Stop stop;
  private final Passage passage;

  /**
   * @param stop the learned rule that rejects it; null where none does
   * @param passage which stages said nothing
   */
  Screened(Asking asking, Screening screening, @Nullable Stop stop, Passage passage) {
    this.asking = asking;
    this.screening = screening;
    this.stop = stop;
    this.passage = passage;
  }

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

  public boolean rejected() {
    return screening instanceof Screening.Reject;
  }

  /**
   * Lets it pass, or not.
   *
   * @throws ApiException {@code prompt_rejected}, with the reasons
   */
  public Passed orRefuse() {
    return switch (screening) {
      case Screening.Accept accept -> new Passed(false, passage.failed() ? told() : null);
      case Screening.Reject reject ->
          throw ApiException.promptRejected(
              reject.reasons().stream().map(Reason::message).collect(Collectors.joining(" ")),
              reasons(),
              reject.suggestion());
      case Screening.HoldForReview held -> new Passed(true, told());
      case Screening.SuggestRewrite taken -> new Passed(false, told());
      case Screening.AcceptSafeMode taken -> new Passed(false, told());
    };
  }

  /** As customers read it. */
  PromptScreening told() {
    return new PromptScreening(
        "prompt.screening",
        verdict(),
        reasons(),
        screening.suggestion(),
        safeMode(),
        passage.skips().stream()
            .map(skip -> new SkippedStage(skip.stage(), skip.why().wireName()))
            .toList());
  }

  Screening screening() {
    return screening;
  }

  @Nullable Stop stop() {
    return stop;
  }

  Passage passage() {
    return passage;
  }

  /** The first stage, which every prompt is to pass, did not look at it. */
  boolean unscreened() {
    return passage.skipped(Stage.RULES) && screening instanceof Screening.Accept;
  }

  String verdict() {
    return switch (screening) {
      case Screening.Accept accept -> "accept";
      case Screening.SuggestRewrite suggest -> "suggest_rewrite";
      case Screening.AcceptSafeMode safe -> "accept_safe_mode";
      case Screening.HoldForReview hold -> "hold_for_review";
      case Screening.Reject reject -> "reject";
    };
  }

  private PromptScreening.@Nullable SafeMode safeMode() {
    Submission safe = asking.safe();
    return !rejected() && screening.careful() && !safe.equals(asking.asked())
        ? new PromptScreening.SafeMode(safe.frames(), safe.steps())
        : null;
  }

  private List<PromptReason> reasons() {
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

package dev.kintsugi.controlplane.videos;

import dev.kintsugi.controlplane.cases.StoppedPrompts;
import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.screening.PromptReason;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Objects;

/** Tells the ledger of prompts that are not taken. */
@Singleton
final class Rejections {

  private final StoppedPrompts stopped;

  Rejections(StoppedPrompts stopped) {
    this.stopped = stopped;
  }

  /** Any other refusal says nothing of the prompt. */
  void note(Admissions.Candidate candidate, ApiException refusal) {
    List<PromptReason> reasons =
        Objects.requireNonNullElse(refusal.body().error().reasons(), List.of());
    if (refusal.code() == ErrorCode.PROMPT_REJECTED && !reasons.isEmpty()) {
      stopped.record(
          new StoppedPrompts.Stopped(
              candidate.incoming().tenant().name(),
              candidate.model().service(),
              candidate.model().model(),
              Admissions.made(candidate.resolved()),
              reasons.stream().map(PromptReason::rule).distinct().toList()));
    }
  }
}

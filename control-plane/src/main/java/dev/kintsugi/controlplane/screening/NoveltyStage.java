package dev.kintsugi.controlplane.screening;

import dev.kintsugi.controlplane.novelty.Novelties;
import dev.kintsugi.controlplane.screening.Said.Why;
import dev.kintsugi.core.novelty.Novelty;
import dev.kintsugi.core.screening.Reason;
import dev.kintsugi.core.screening.Rule;
import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.Optional;

/** Whether a prompt is unlike all that went well on its service. */
@Singleton
class NoveltyStage {

  private final Novelties novelties;

  NoveltyStage(Novelties novelties) {
    this.novelties = novelties;
  }

  /**
   * @param service {@code namespace/name}
   * @return empty for a prompt that is like others
   */
  Said<Optional<Reason>> look(String service, String prompt) {
    return novelties
        .of(service, prompt)
        .map(novelty -> said(novelty, prompt))
        .orElseGet(() -> new Said.Nothing<>(Why.UNAVAILABLE));
  }

  private static Said<Optional<Reason>> said(Novelty novelty, String prompt) {
    return switch (novelty) {
      case Novelty.NotEnoughYet few -> new Said.Nothing<>(Why.NOT_ENOUGH_DATA);
      case Novelty.Familiar familiar -> new Said.Word<>(Optional.empty());
      case Novelty.Strange(double distance, double limit) ->
          new Said.Word<>(Optional.of(reason(prompt, distance, limit)));
    };
  }

  private static Reason reason(String prompt, double distance, double limit) {
    return new Reason(
        Rule.OUT_OF_DISTRIBUTION,
        0,
        prompt.codePointCount(0, prompt.length()),
        prompt,
        String.format(
            Locale.ROOT,
            "Nothing like this went well on this service yet: its distance from what did is %.1f,"
                + " others are within %.1f.",
            distance,
            limit));
  }
}

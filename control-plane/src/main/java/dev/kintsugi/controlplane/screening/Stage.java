package dev.kintsugi.controlplane.screening;

import java.time.Duration;
import java.util.Locale;

/** The stages of screening, in their order: the cheap ones first, and what asks a node last. */
enum Stage {
  /** What the prompt itself shows: structure, language, lists. */
  RULES(Duration.ofMillis(250)),
  /** Whether anything like it went well. */
  NOVELTY(Duration.ofMillis(50)),
  /** What failures taught, of the submission as it would be made after the stages before. */
  LEARNED(Duration.ofMillis(100)),
  /** How long it is for the model. */
  TOKENS(Duration.ofMillis(250));

  private final Duration budget;

  Stage(Duration budget) {
    this.budget = budget;
  }

  /** How long a prompt waits for it, unless the settings say otherwise. */
  Duration budget() {
    return budget;
  }

  String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}

package dev.kintsugi.core.screening;

import java.util.Locale;

/** What a prompt can offend against. */
public enum Rule {
  EMOJI_RUN,
  REPETITION,
  STACKED_NEGATION,
  SCRIPT_MIX,
  /** It has a term of a list. */
  LEXICON,
  /** It has what failures of its service have in common. */
  LEARNED_RULE;

  /** As customers see it. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}

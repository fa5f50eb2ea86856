package dev.kintsugi.core.screening;

import java.util.Locale;

/** What a prompt can offend against. */
public enum Rule {
  EMOJI_RUN(Consequence.REJECT),
  REPETITION(Consequence.REWRITE),
  STACKED_NEGATION(Consequence.REWRITE),
  SCRIPT_MIX(Consequence.REWRITE),
  /** It is long, and has brackets within brackets. */
  NESTED_BRACKETS(Consequence.HOLD),
  /** It is longer than the model follows. */
  TOKEN_LIMIT(Consequence.REWRITE),
  /** It is unlike all that went well. */
  OUT_OF_DISTRIBUTION(Consequence.SAFE_MODE),
  /** It names more things than one clip can show. */
  OBJECT_COUNT(Consequence.REWRITE),
  /** It names too little that can be seen. */
  ABSTRACT(Consequence.SAFE_MODE),
  /** It only compares. */
  METAPHOR(Consequence.SAFE_MODE),
  /** It has a term of a list. */
  LEXICON(Consequence.REJECT),
  /** It has what failures of its service have in common. */
  LEARNED_RULE(Consequence.REJECT);

  private final Consequence consequence;

  Rule(Consequence consequence) {
    this.consequence = consequence;
  }

  /** What comes of offending against it. */
  public Consequence consequence() {
    return consequence;
  }

  /** As customers see it. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What comes of an offence, the gravest last: of several, the gravest counts. */
  public enum Consequence {
    /** The prompt is taken, and another wording is suggested. */
    REWRITE,
    /** The prompt is taken and made with more care: fewer frames, more steps. */
    SAFE_MODE,
    /** A person decides. */
    HOLD,
    /** The prompt is not taken. */
    REJECT
  }
}

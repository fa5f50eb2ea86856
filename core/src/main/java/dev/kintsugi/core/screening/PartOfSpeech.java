package dev.kintsugi.core.screening;

/** What a word does in its sentence; as coarse as the rules need, the same for every language. */
public enum PartOfSpeech {
  NOUN,
  /** A name. */
  PROPER,
  PRONOUN,
  /** The Chinese word for when: 午后, 昨天. English has nouns and adverbs for it. */
  TIME,
  VERB,
  /** It helps another verb, or joins a noun to what is said of it: is, has, 是. */
  AUXILIARY,
  ADJECTIVE,
  ADVERB,
  PREPOSITION,
  /** The Chinese word after a noun that makes it a place: 上, 里. */
  LOCALIZER,
  DETERMINER,
  NUMBER,
  /** The Chinese word between a number and what is counted: 只, 台. */
  MEASURE,
  CONJUNCTION,
  PARTICLE,
  PUNCTUATION,
  /** Set phrases, interjections, symbols, and what is not known. */
  OTHER
}

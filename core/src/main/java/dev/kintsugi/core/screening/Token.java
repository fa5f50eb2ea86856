package dev.kintsugi.core.screening;

/**
 * A word or sign whose part of speech is known.
 *
 * @param start in code points of the prompt
 * @param end the code point after it
 * @param text folded, Chinese in simplified characters
 * @param clause number of its clause, from 0
 */
record Token(int start, int end, String text, PartOfSpeech part, int clause, boolean chinese) {

  boolean is(PartOfSpeech... parts) {
    for (PartOfSpeech one : parts) {
      if (one == part) {
        return true;
      }
    }
    return false;
  }

  boolean noun() {
    return part == PartOfSpeech.NOUN || part == PartOfSpeech.PROPER;
  }

  /** Somebody or something that can be seen. */
  boolean entity() {
    return noun() && Vocabulary.visible(text);
  }
}

package dev.kintsugi.core.screening;

import java.util.List;

/**
 * Knows the parts of speech. It is an edge: dictionaries and models are behind it.
 *
 * <p>Both answers may be empty, which is: this cannot be told now. Whatever needs to know it then
 * finds no fault.
 */
public interface Tagger {

  /** Knows nothing. */
  Tagger NONE =
      new Tagger() {
        @Override
        public List<Term> chinese(String text) {
          return List.of();
        }

        @Override
        public List<PartOfSpeech> english(List<String> words) {
          return List.of();
        }
      };

  /** The words of a Chinese passage, in its order and without gaps. */
  List<Term> chinese(String text);

  /** One part of speech for each of the words and signs. */
  List<PartOfSpeech> english(List<String> words);

  /**
   * A Chinese word.
   *
   * @param text in simplified characters
   * @param length of what stands for it in the passage, in chars
   */
  record Term(String text, int length, PartOfSpeech part) {}
}

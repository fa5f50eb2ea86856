package dev.kintsugi.controlplane.embedding;

import dev.langchain4j.model.embedding.onnx.PoolingMode;
import java.lang.Character.UnicodeScript;
import java.util.Arrays;

/** The models whose weights come along, one a language. */
enum SentenceModel {
  ENGLISH("en", "all-minilm-l6-v2-q", PoolingMode.MEAN),
  CHINESE("zh", "bge-small-zh-v1.5-q", PoolingMode.CLS);

  /** A Chinese character says about as much as four Latin letters. */
  private static final int LETTERS_A_CHARACTER = 4;

  private final String language;
  private final String id;
  private final PoolingMode pooling;

  SentenceModel(String language, String id, PoolingMode pooling) {
    this.language = language;
    this.id = id;
    this.pooling = pooling;
  }

  /** Of the language that most of a text is in. */
  static SentenceModel of(String text) {
    long chinese = text.codePoints().filter(SentenceModel::han).count();
    long others = text.codePoints().filter(Character::isLetter).count() - chinese;
    return LETTERS_A_CHARACTER * chinese > others ? CHINESE : ENGLISH;
  }

  static SentenceModel named(String language) {
    return Arrays.stream(values())
        .filter(model -> model.language.equals(language))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no model for " + language));
  }

  String language() {
    return language;
  }

  /** Changes with the weights: points of two ids cannot be compared. */
  String id() {
    return id;
  }

  PoolingMode pooling() {
    return pooling;
  }

  /** Resource that has the weights. */
  String weights() {
    return "/" + id + ".onnx";
  }

  /** Resource that has the tokenizer. */
  String tokenizer() {
    return "/" + id + "-tokenizer.json";
  }

  private static boolean han(int c) {
    return UnicodeScript.of(c) == UnicodeScript.HAN;
  }
}

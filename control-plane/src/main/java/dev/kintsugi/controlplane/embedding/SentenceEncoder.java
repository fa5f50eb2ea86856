package dev.kintsugi.controlplane.embedding;

/** Makes a point of a text of one language. Any number of threads may use it. */
interface SentenceEncoder extends AutoCloseable {

  /** Of length one, or not finite for a text that has no words. */
  float[] encode(String text);

  @Override
  void close();
}

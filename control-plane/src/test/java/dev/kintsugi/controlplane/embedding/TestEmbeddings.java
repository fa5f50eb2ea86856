package dev.kintsugi.controlplane.embedding;

import static org.awaitility.Awaitility.await;

import java.util.function.Function;

/** Embeddings of a replica whose models are those of the test. */
public final class TestEmbeddings {

  private TestEmbeddings() {}

  /** Loaded. */
  public static PromptEmbeddings of(Function<String, float[]> model) {
    PromptEmbeddings embeddings = loading(model);
    embeddings.load();
    return embeddings;
  }

  /** Still being loaded. */
  public static PromptEmbeddings loading(Function<String, float[]> model) {
    SentenceEncoder encoder =
        new SentenceEncoder() {
          @Override
          public float[] encode(String text) {
            return model.apply(text);
          }

          @Override
          public void close() {}
        };
    return new PromptEmbeddings(new EmbeddingSettings(true, 2, 1), language -> encoder);
  }

  /** As when the process of a replica ends, while it embeds. */
  public static void close(PromptEmbeddings embeddings) {
    Thread.ofVirtual().start(embeddings::close);
    await().until(embeddings::away);
  }

  /** Ends {@link #loading}. */
  public static void load(PromptEmbeddings embeddings) {
    embeddings.load();
  }
}

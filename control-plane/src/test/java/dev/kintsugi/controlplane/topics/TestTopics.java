package dev.kintsugi.controlplane.topics;

import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.embedding.PromptEmbeddings;

/** Topics as another replica reads them. */
public final class TestTopics {

  private TestTopics() {}

  public static PromptTopics of(Transactions transactions, PromptEmbeddings embeddings) {
    return new PromptTopics(new TopicStore(transactions), embeddings);
  }
}

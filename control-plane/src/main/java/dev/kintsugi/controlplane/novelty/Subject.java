package dev.kintsugi.controlplane.novelty;

import dev.kintsugi.controlplane.embedding.PromptEmbeddings;

/**
 * Prompts that can be compared with each other.
 *
 * @param service {@code namespace/name}
 * @param language as of their embeddings
 * @param model that made their points
 */
record Subject(String service, String language, String model) {

  static Subject of(String service, String language) {
    return new Subject(service, language, PromptEmbeddings.model(language));
  }
}

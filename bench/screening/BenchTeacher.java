package dev.kintsugi.controlplane.novelty;

import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.embedding.Embedding;
import dev.kintsugi.controlplane.embedding.PromptEmbeddings;
import dev.kintsugi.core.novelty.Familiarity;
import dev.kintsugi.core.novelty.NoveltyPolicy;
import io.micronaut.context.ApplicationContext;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Teaches prompts without jobs. */
public final class BenchTeacher {
  private BenchTeacher() {}

  public static void teach(ApplicationContext context, String service, List<String> prompts) {
    PromptEmbeddings embeddings = context.getBean(PromptEmbeddings.class);
    Map<Subject, Familiarity> taught = new HashMap<>();
    Random ids = new Random(1);
    for (String prompt : prompts) {
      Embedding embedding = embeddings.ofBeginning(prompt).orElseThrow();
      taught.merge(
          Subject.of(service, embedding.language()),
          Familiarity.none(embedding.vector().length),
          (known, none) -> known);
      taught.computeIfPresent(
          Subject.of(service, embedding.language()),
          (subject, known) -> known.with(new Familiarity.Point(ids.nextLong(), embedding.vector()), NoveltyPolicy.DEFAULT));
    }
    context
        .getBean(Transactions.class)
        .durably(
            c -> {
              for (Map.Entry<Subject, Familiarity> entry : taught.entrySet()) {
                int dimensions = entry.getValue().moments().mean().length;
                FamiliarityStore.set(c, entry.getKey(), Familiarity.none(dimensions), entry.getValue(), Instant.now());
              }
              return null;
            });
  }
}

package dev.kintsugi.controlplane.knowledge;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A case as the index sees it.
 *
 * @param keys columns of the ledger that are searched by their exact value
 * @param member the family it is in, which may be merged into another
 * @param prompt null once the customer took it back
 * @param features names of {@link dev.kintsugi.core.learning.PromptFeatures}
 */
record Entry(
    UUID id,
    Map<String, String> keys,
    String member,
    Instant occurredAt,
    String message,
    @Nullable String prompt,
    Set<String> features,
    @Nullable Meaning meaning) {

  /**
   * What operators wrote of a family.
   *
   * @param note null for none
   */
  record Note(String family, @Nullable String note) {}
}

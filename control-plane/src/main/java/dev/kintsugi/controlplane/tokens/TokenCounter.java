package dev.kintsugi.controlplane.tokens;

import java.util.List;
import java.util.Optional;

/** Counts tokens as the model of a service does. */
@FunctionalInterface
public interface TokenCounter {

  /**
   * Tokens of each text, with the one that ends it.
   *
   * @param service {@code namespace/name}
   * @return empty when nobody counts in time
   */
  Optional<List<Integer>> count(String service, List<String> texts) throws InterruptedException;
}

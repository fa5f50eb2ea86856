package dev.kintsugi.node.warmup;

import java.util.Optional;
import java.util.function.Consumer;

/** Opens the configured model and proves that it works. */
public interface ModelOpener {

  /**
   * Blocks until the model is proven.
   *
   * @param stage told what is under way, one sentence each
   */
  ModelState.Warm open(Consumer<String> stage) throws ModelUnusableException;

  /**
   * Opens the lite model beside the main one; blocks as {@link #open} does.
   *
   * @return empty where none is configured
   */
  default Optional<ModelState.Warm> openLite() throws ModelUnusableException {
    return Optional.empty();
  }
}

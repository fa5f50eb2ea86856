package dev.kintsugi.node.warmup;

import dev.kintsugi.media.MediaException;

/** Something that must stand before a model is worth loading. */
public interface Prerequisite {

  /** Establishes it; harmless when it stands already. */
  void establish() throws MediaException, ModelUnusableException;
}

package dev.kintsugi.node.warmup;

import dev.kintsugi.node.engine.VideoModel;

/** Declares a model proven without proving it. */
public final class ReadyModels {

  private ReadyModels() {}

  public static ModelState.Warm of(VideoModel model) {
    return new ModelState.Warm(model, ModelCard.of(model), new WarmUpTimes(0, 0, 0, 0, 0));
  }
}

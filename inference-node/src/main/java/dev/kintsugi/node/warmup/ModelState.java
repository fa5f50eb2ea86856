package dev.kintsugi.node.warmup;

import dev.kintsugi.node.engine.VideoModel;
import dev.kintsugi.protocol.node.FailureClass;

/** How far the way from a model directory to a proven model has come. */
public sealed interface ModelState {

  /** One sentence for {@code /readyz} while not warm. */
  String reason();

  /** Under way. */
  record Loading(String reason) implements ModelState {}

  /** Proven: attempts may run. */
  record Warm(VideoModel model, ModelCard card, WarmUpTimes times) implements ModelState {

    @Override
    public String reason() {
      return "warm";
    }
  }

  /**
   * It cannot be used. The process stays and says why; the directory is tried again from time to
   * time, since a volume may be mounted or a disk emptied later.
   */
  record Broken(FailureClass failure, String reason) implements ModelState {}
}

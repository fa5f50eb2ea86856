package dev.kintsugi.node.engine;

import ai.djl.Device;
import dev.kintsugi.node.model.ModelDirectory;
import dev.kintsugi.node.model.ModelLoadException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Tokenizer, text encoder and decoder. A lite model has those of its base, and the text encoder of
 * a large model is too large to be in memory twice: each user closes them, the last one for good.
 */
final class CommonModules implements AutoCloseable {
  private final TextEncoding text;
  private final TorchModule decoder;
  private final AtomicInteger users = new AtomicInteger(1);

  private CommonModules(TextEncoding text, TorchModule decoder) {
    this.text = text;
    this.decoder = decoder;
  }

  static CommonModules load(ModelDirectory directory, Device device) throws ModelLoadException {
    TextEncoding text = TextEncoding.load(directory, device);
    boolean complete = false;
    try {
      CommonModules common = new CommonModules(text, TorchModule.load(directory.decoder(), device));
      complete = true;
      return common;
    } finally {
      if (!complete) {
        text.close();
      }
    }
  }

  /** For one more user, who closes it too. */
  CommonModules share() {
    users.incrementAndGet();
    return this;
  }

  TextEncoding text() {
    return text;
  }

  TorchModule decoder() {
    return decoder;
  }

  @Override
  public void close() {
    if (users.decrementAndGet() == 0) {
      text.close();
      decoder.close();
    }
  }
}

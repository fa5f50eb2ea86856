package dev.kintsugi.node.quality;

import dev.kintsugi.node.engine.EngineOptions;
import dev.kintsugi.node.engine.FlowModule;
import dev.kintsugi.node.model.ModelLoadException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Which optical flow is used: a network where a file is given, else OpenCV's. */
final class FlowChoice implements AutoCloseable {
  private final @Nullable FlowModule module;

  private FlowChoice(@Nullable FlowModule module) {
    this.module = module;
  }

  /**
   * Loads what is needed for it.
   *
   * @param file of the network, or empty
   * @throws ModelLoadException when the file is no such network
   * @throws IllegalStateException when OpenCV's native code is not there
   */
  static FlowChoice load(String file, EngineOptions options) throws ModelLoadException {
    OpenCv.load();
    return new FlowChoice(file.isEmpty() ? null : FlowModule.load(Path.of(file), options));
  }

  /** For one clip. */
  ClipMeter meter(int width, int height) {
    return new ClipMeter(width, height, module == null ? new DisFlow() : new TorchFlow(module));
  }

  @Override
  public void close() {
    if (module != null) {
      module.close();
    }
  }
}

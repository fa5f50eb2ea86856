package dev.kintsugi.node.engine;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import dev.kintsugi.node.model.ModelDirectory;
import dev.kintsugi.node.model.ModelLoadException;
import dev.kintsugi.node.model.ModelManifest.ExpertFile;
import dev.kintsugi.protocol.node.FailureClass;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * Everything of a model that occupies memory.
 *
 * @param device where the modules live
 * @param common tokenizer, text encoder and decoder, perhaps shared with another model
 * @param experts the transformers
 */
record LoadedModules(Device device, CommonModules common, Map<Expert, TorchModule> experts)
    implements AutoCloseable {

  static LoadedModules load(ModelDirectory directory, Device device) throws ModelLoadException {
    return load(directory, device, CommonModules.load(directory, device));
  }

  /**
   * Loads the transformers only.
   *
   * @param common released with the modules, and when loading fails
   */
  static LoadedModules load(ModelDirectory directory, Device device, CommonModules common)
      throws ModelLoadException {
    Deque<AutoCloseable> loaded = new ArrayDeque<>();
    loaded.push(common);
    boolean complete = false;
    try {
      Map<Expert, TorchModule> experts = new EnumMap<>(Expert.class);
      for (ExpertFile file : directory.manifest().experts()) {
        TorchModule module = TorchModule.load(directory.transformer(file), device);
        loaded.push(module);
        experts.put(expert(directory, file.name()), module);
      }
      complete = true;
      return new LoadedModules(device, common, experts);
    } finally {
      if (!complete) {
        loaded.forEach(LoadedModules::closeQuietly);
      }
    }
  }

  TextEncoding text() {
    return common.text();
  }

  TorchModule decoder() {
    return common.decoder();
  }

  private static Expert expert(ModelDirectory directory, String name) throws ModelLoadException {
    boolean lite = directory.manifest().boundaryRatio() == null;
    for (Expert expert : Expert.values()) {
      if (expert.wireName().equals(name.toLowerCase(Locale.ROOT))
          && lite == (expert == Expert.LITE)) {
        return expert;
      }
    }
    throw new ModelLoadException(
        FailureClass.MODEL_LOAD_FAILED,
        directory.directory()
            + ": an expert must be high or low, or lite where it is alone, not "
            + name);
  }

  private static void closeQuietly(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      throw new IllegalStateException("the parts of a model close without checked exceptions", e);
    }
  }

  /** A manager for the tensors of one generation. */
  NDManager newManager() {
    return NDManager.newBaseManager(device, "PyTorch");
  }

  @Override
  public void close() {
    experts.values().forEach(TorchModule::close);
    common.close();
  }
}

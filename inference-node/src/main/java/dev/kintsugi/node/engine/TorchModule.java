package dev.kintsugi.node.engine;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import dev.kintsugi.node.model.ModelLoadException;
import dev.kintsugi.protocol.node.FailureClass;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** One TorchScript file, loaded. */
final class TorchModule implements AutoCloseable {
  private final Path file;
  private final Model model;

  private TorchModule(Path file, Model model) {
    this.file = file;
    this.model = model;
  }

  static TorchModule load(Path file, Device device) throws ModelLoadException {
    String name = String.valueOf(file.getFileName());
    Model model = Model.newInstance(name, device, "PyTorch");
    try {
      // mapLocation: straight onto the device, else a large module is in memory twice.
      model.load(file.toAbsolutePath().getParent(), name, Map.of("mapLocation", "true"));
      return new TorchModule(file, model);
    } catch (IOException | MalformedModelException | EngineException e) {
      model.close();
      boolean oom = Torch.classify(e) == FailureClass.OOM;
      throw new ModelLoadException(
          oom ? FailureClass.OOM : FailureClass.MODEL_LOAD_FAILED,
          file + " cannot be loaded: " + Torch.reason(e),
          e);
    }
  }

  Path file() {
    return file;
  }

  /** Runs {@code forward}; the result belongs to the manager of the first input. */
  NDArray forward(NDArray... inputs) {
    return forwardAll(inputs).singletonOrThrow();
  }

  /** Runs {@code forward} of a module that returns several values. */
  NDList forwardAll(NDArray... inputs) {
    return run(new NDList(inputs));
  }

  /** Runs a named method; inputs named {@code x[]} are passed as one list. */
  NDList call(NDManager manager, String method, NDList inputs) {
    NDArray name = manager.create(0f);
    name.setName("module_method:" + method);
    NDList all = new NDList(inputs);
    all.add(name);
    return run(all);
  }

  private NDList run(NDList inputs) {
    return model.getBlock().forward(new ParameterStore(inputs.getManager(), false), inputs, false);
  }

  @Override
  public void close() {
    model.close();
  }
}

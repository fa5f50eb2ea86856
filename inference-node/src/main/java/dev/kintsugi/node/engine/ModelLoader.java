package dev.kintsugi.node.engine;

import ai.djl.engine.EngineException;
import dev.kintsugi.node.model.ModelDirectory;
import dev.kintsugi.node.model.ModelLoadException;
import dev.kintsugi.node.model.ModelManifest;
import dev.kintsugi.protocol.node.FailureClass;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** Turns a model directory into a model. */
public final class ModelLoader {

  private ModelLoader() {}

  /**
   * Checks every file of the directory, then loads it and runs the smallest possible clip through
   * it.
   *
   * @throws ModelLoadException naming the file that is missing, altered, unreadable or of a shape
   *     that does not fit the others
   */
  public static ReplayableModel load(Path modelDir, EngineOptions options)
      throws ModelLoadException {
    return load(ModelDirectory.open(modelDir), options);
  }

  /** Loads a directory that was checked already. */
  public static ReplayableModel load(ModelDirectory directory, EngineOptions options)
      throws ModelLoadException {
    try {
      Torch.start(options);
    } catch (EngineException | UnsatisfiedLinkError e) {
      throw new ModelLoadException(
          FailureClass.MODEL_LOAD_FAILED,
          "the tensor library cannot be started: " + Torch.reason(e),
          e);
    }
    return proven(directory, LoadedModules.load(directory, Torch.device(options)), options);
  }

  /**
   * Loads a lite model, with the text encoder and the decoder of its base where that is loaded.
   *
   * @param loaded a model of this process, perhaps the base
   */
  public static ReplayableModel loadBeside(
      ModelDirectory directory, ReplayableModel loaded, EngineOptions options)
      throws ModelLoadException {
    ModelManifest.Base base = directory.manifest().base();
    if (loaded instanceof DjlVideoModel model
        && base != null
        && base.manifestSha256().equals(model.digest())) {
      return proven(
          directory,
          LoadedModules.load(directory, Torch.device(options), model.modules().common().share()),
          options);
    }
    return load(directory, options);
  }

  private static ReplayableModel proven(
      ModelDirectory directory, LoadedModules modules, EngineOptions options)
      throws ModelLoadException {
    DjlVideoModel model = new DjlVideoModel(directory, modules, options.device().equals("cpu"));
    boolean fits = false;
    try {
      probe(directory, model);
      fits = true;
      return model;
    } finally {
      if (!fits) {
        model.close();
      }
    }
  }

  /** One token patch, two latent frames, every expert: whether the parts fit each other. */
  private static void probe(ModelDirectory directory, DjlVideoModel model)
      throws ModelLoadException {
    var vae = directory.vae();
    var patch = directory.manifest().experts().getFirst().patch();
    int steps = 2;
    GenerationRequest smallest =
        new GenerationRequest(
            "a",
            "",
            vae.spatialStride() * patch.get(2),
            vae.spatialStride() * patch.get(1),
            vae.temporalStride() + 1,
            steps,
            2,
            2,
            directory.manifest().scheduler().flowShift(),
            0,
            SchedulerKind.UNIPC);
    AtomicInteger done = new AtomicInteger();
    try {
      model.generate(smallest, counting(done));
    } catch (GenerationException e) {
      throw new ModelLoadException(
          e.failureClass() == FailureClass.OOM ? FailureClass.OOM : FailureClass.MODEL_LOAD_FAILED,
          suspect(directory, done.get(), steps) + " does not fit the manifest: " + e.getMessage(),
          e);
    }
  }

  private static GenerationListener counting(AtomicInteger done) {
    return new GenerationListener() {
      @Override
      public boolean cancelled() {
        return false;
      }

      @Override
      public void textEncoded() {
        done.incrementAndGet();
      }

      @Override
      public void step(int step, int total, Expert expert) {
        done.incrementAndGet();
      }
    };
  }

  private static Path suspect(ModelDirectory directory, int done, int steps) {
    var experts = directory.manifest().experts();
    if (done == 0) {
      return directory.textEncoder();
    }
    return done > steps
        ? directory.decoder()
        : directory.transformer(done == 1 ? experts.getFirst() : experts.getLast());
  }
}

package dev.kintsugi.node.warmup;

import dev.kintsugi.node.EngineSettings;
import dev.kintsugi.node.NodeHome;
import dev.kintsugi.node.NodeSettings;
import dev.kintsugi.node.engine.EngineOptions;
import dev.kintsugi.node.engine.GenerationException;
import dev.kintsugi.node.engine.ModelLoader;
import dev.kintsugi.node.engine.ReplayableModel;
import dev.kintsugi.node.model.ModelDirectory;
import dev.kintsugi.node.model.ModelLoadException;
import dev.kintsugi.node.model.WeightReader;
import dev.kintsugi.node.verify.GoldenCheck;
import dev.kintsugi.node.verify.GoldenException;
import dev.kintsugi.node.verify.StageDifference;
import dev.kintsugi.protocol.node.FailureClass;
import io.micronaut.context.annotation.Secondary;
import jakarta.inject.Singleton;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Opens a model directory with the built-in engine and repeats the model's own reference run. */
@Singleton
@Secondary
final class EngineModelOpener implements ModelOpener {
  private static final String NONE = "none";

  private final NodeSettings settings;
  private final EngineSettings engine;
  private final WeightReader.Source weights;
  private final Clock clock;

  /** What was opened last; touched on the engine thread only. */
  private @Nullable Opened main;

  EngineModelOpener(
      NodeSettings settings, EngineSettings engine, WeightReader.Source weights, Clock clock) {
    this.settings = settings;
    this.engine = engine;
    this.weights = weights;
    this.clock = clock;
  }

  private record Opened(ModelDirectory directory, ReplayableModel model) {}

  @Override
  public ModelState.Warm open(Consumer<String> stage) throws ModelUnusableException {
    double process = (clock.millis() - ManagementFactory.getRuntimeMXBean().getStartTime()) / 1e3;
    Path path = directory();
    main = null;
    try {
      stage.accept("the files of " + path + " are being checked");
      long start = System.nanoTime();
      ModelDirectory directory = ModelDirectory.open(path, weights.forVerification());
      long hashed = System.nanoTime();
      stage.accept("the model is being loaded");
      ReplayableModel model = ModelLoader.load(directory, options());
      long loaded = System.nanoTime();
      stage.accept("the self-test is running");
      prove(model, path);
      long proven = System.nanoTime();
      stage.accept("step times are not steady yet");
      findPace(model, path, Duration.ofNanos(proven - loaded));
      WarmUpTimes times =
          new WarmUpTimes(
              process,
              seconds(start, hashed),
              seconds(hashed, loaded),
              seconds(loaded, proven),
              seconds(proven, System.nanoTime()));
      main = new Opened(directory, model);
      return new ModelState.Warm(model, ModelCard.of(model), times);
    } catch (ModelLoadException e) {
      throw new ModelUnusableException(e.failureClass(), String.valueOf(e.getMessage()));
    }
  }

  @Override
  public Optional<ModelState.Warm> openLite() throws ModelUnusableException {
    Optional<Path> path = liteDirectory();
    Opened base = main;
    if (path.isEmpty() || base == null) {
      return Optional.empty();
    }
    try {
      long start = System.nanoTime();
      ModelDirectory directory =
          ModelDirectory.openBeside(path.get(), base.directory(), weights.forVerification());
      if (directory.manifest().name().equals(base.directory().manifest().name())) {
        throw new ModelUnusableException(
            FailureClass.MODEL_LOAD_FAILED,
            path.get() + " is named " + directory.manifest().name() + ", as the main model is");
      }
      long hashed = System.nanoTime();
      ReplayableModel model = ModelLoader.loadBeside(directory, base.model(), options());
      long loaded = System.nanoTime();
      prove(model, path.get());
      WarmUpTimes times =
          new WarmUpTimes(
              0,
              seconds(start, hashed),
              seconds(hashed, loaded),
              seconds(loaded, System.nanoTime()),
              0);
      return Optional.of(new ModelState.Warm(model, ModelCard.of(model), times));
    } catch (ModelLoadException e) {
      throw new ModelUnusableException(e.failureClass(), String.valueOf(e.getMessage()));
    }
  }

  private Optional<Path> liteDirectory() {
    String lite = settings.liteModel();
    if (lite.isEmpty()) {
      return settings.model().isEmpty() ? NodeHome.builtInLiteModel() : Optional.empty();
    }
    return lite.equals(NONE) ? Optional.empty() : Optional.of(Path.of(lite));
  }

  private static void findPace(ReplayableModel model, Path path, Duration selfTest)
      throws ModelUnusableException {
    try {
      SteadyPace.find(model, selfTest);
    } catch (GenerationException e) {
      model.close();
      throw new ModelUnusableException(
          e.failureClass(), "a short run of " + path + " failed: " + e.getMessage());
    }
  }

  private void prove(ReplayableModel model, Path path) throws ModelUnusableException {
    try {
      List<StageDifference> stages = new GoldenCheck(model).selfTest(path);
      for (StageDifference stage : stages) {
        if (!stage.within()) {
          throw new ModelUnusableException(
              FailureClass.MODEL_LOAD_FAILED,
              "the self-test of "
                  + path
                  + " does not reproduce its reference: "
                  + stage.describe());
        }
      }
    } catch (GoldenException e) {
      model.close();
      throw new ModelUnusableException(
          FailureClass.WEIGHTS_CORRUPT, String.valueOf(e.getMessage()));
    } catch (GenerationException e) {
      model.close();
      throw new ModelUnusableException(
          e.failureClass(), "the self-test of " + path + " failed: " + e.getMessage());
    } catch (ModelUnusableException e) {
      model.close();
      throw e;
    }
  }

  private Path directory() throws ModelUnusableException {
    if (!settings.model().isEmpty()) {
      return Path.of(settings.model());
    }
    return NodeHome.builtInModel()
        .orElseThrow(
            () ->
                new ModelUnusableException(
                    FailureClass.MODEL_LOAD_FAILED,
                    "no model is configured and none is built in: set --model"));
  }

  private EngineOptions options() throws ModelUnusableException {
    try {
      return new EngineOptions(engine.device(), engine.threads());
    } catch (IllegalArgumentException e) {
      throw new ModelUnusableException(
          FailureClass.MODEL_LOAD_FAILED, String.valueOf(e.getMessage()));
    }
  }

  private static double seconds(long from, long to) {
    return (to - from) / 1e9;
  }
}

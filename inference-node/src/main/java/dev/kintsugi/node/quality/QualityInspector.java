package dev.kintsugi.node.quality;

import dev.kintsugi.core.quality.QualityThresholds;
import dev.kintsugi.node.EngineSettings;
import dev.kintsugi.node.engine.EngineOptions;
import dev.kintsugi.node.model.ModelLoadException;
import dev.kintsugi.node.warmup.ModelUnusableException;
import dev.kintsugi.node.warmup.Prerequisite;
import dev.kintsugi.protocol.node.FailureClass;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** Inspects clips on one thread of its own, beside the engine's. */
@Singleton
public final class QualityInspector implements Prerequisite {
  private final QualitySettings settings;
  private final EngineSettings engine;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("quality").daemon().factory());
  private volatile @Nullable FlowChoice flow;

  QualityInspector(QualitySettings settings, EngineSettings engine) {
    this.settings = settings;
    this.engine = engine;
  }

  /** A node that cannot judge what it makes must not make it. */
  @Override
  public void establish() throws ModelUnusableException {
    if (flow != null) {
      return;
    }
    try {
      flow =
          FlowChoice.load(
              settings.flowModule(), new EngineOptions(engine.device(), engine.threads()));
    } catch (ModelLoadException e) {
      throw new ModelUnusableException(e.failureClass(), String.valueOf(e.getMessage()));
    } catch (IllegalStateException | IllegalArgumentException e) {
      throw new ModelUnusableException(
          FailureClass.MODEL_LOAD_FAILED, String.valueOf(e.getMessage()));
    }
  }

  /** Begins the inspection of a clip. */
  public ClipInspection begin(int width, int height, QualityThresholds thresholds) {
    FlowChoice chosen = flow;
    if (chosen == null) {
      throw new IllegalStateException("the quality gate was not established");
    }
    return new ClipInspection(thresholds, () -> chosen.meter(width, height), thread);
  }

  @PreDestroy
  void stop() {
    thread.shutdownNow();
  }
}

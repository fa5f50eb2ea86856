package dev.kintsugi.node.warmup;

import dev.kintsugi.core.node.LatencyStability;
import dev.kintsugi.core.node.LatencyStability.Decision;
import dev.kintsugi.core.node.LatencyStability.Policy;
import dev.kintsugi.node.engine.Expert;
import dev.kintsugi.node.engine.GenerationException;
import dev.kintsugi.node.engine.GenerationListener;
import dev.kintsugi.node.engine.GenerationRequest;
import dev.kintsugi.node.engine.SchedulerKind;
import dev.kintsugi.node.engine.VideoModel;
import dev.kintsugi.node.model.ModelManifest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs short clips until a model has found its pace. */
final class SteadyPace {
  private static final Logger LOG = LoggerFactory.getLogger(SteadyPace.class);
  private static final int STEPS = 3;
  private static final double TOLERANCE = 0.25;
  private static final int MAX_RUNS = 5;

  /** A tiny model is done in less; a large one gets as long as its self-test took. */
  private static final Duration LEAST_BUDGET = Duration.ofMillis(600);

  private SteadyPace() {}

  /**
   * Blocks until successive runs agree or enough has been tried.
   *
   * @param selfTest how long the self-test took
   */
  static Decision find(VideoModel model, Duration selfTest) throws GenerationException {
    Policy policy =
        new Policy(
            TOLERANCE, MAX_RUNS, selfTest.compareTo(LEAST_BUDGET) > 0 ? selfTest : LEAST_BUDGET);
    List<Double> stepSeconds = new ArrayList<>();
    long start = System.nanoTime();
    while (true) {
      Duration spent = Duration.ofNanos(System.nanoTime() - start);
      switch (LatencyStability.decide(stepSeconds, spent, policy)) {
        case Decision.RunAgain again -> stepSeconds.add(run(model));
        case Decision.Stable stable -> {
          return stable;
        }
        case Decision.Unsteady unsteady -> {
          LOG.atInfo()
              .addKeyValue("event", "pace_unsteady")
              .addKeyValue("reason", unsteady.reason())
              .addKeyValue("step_seconds", stepSeconds)
              .log("ready although step times still differ by {}", unsteady.difference());
          return unsteady;
        }
      }
    }
  }

  /**
   * Seconds per step of one run, the fastest of its steps: what disturbs a step makes it slower.
   */
  private static double run(VideoModel model) throws GenerationException {
    Stopwatch watch = new Stopwatch();
    model.generate(shortest(model.manifest()), watch);
    return watch.fastest;
  }

  private static GenerationRequest shortest(ModelManifest manifest) {
    ModelManifest.Vae vae = Objects.requireNonNull(manifest.vae());
    ModelManifest.Defaults defaults = manifest.defaults();
    return new GenerationRequest(
        "a",
        "",
        defaults.width(),
        defaults.height(),
        vae.temporalStride() + 1,
        STEPS,
        defaults.guidanceScale(),
        defaults.guidanceScale2(),
        manifest.scheduler().flowShift(),
        0,
        SchedulerKind.UNIPC);
  }

  private static final class Stopwatch implements GenerationListener {
    private long last;
    private double fastest = Double.POSITIVE_INFINITY;

    @Override
    public boolean cancelled() {
      return false;
    }

    @Override
    public void textEncoded() {
      last = System.nanoTime();
    }

    @Override
    public void step(int step, int total, Expert expert) {
      long now = System.nanoTime();
      fastest = Math.min(fastest, (now - last) / 1e9);
      last = now;
    }
  }
}

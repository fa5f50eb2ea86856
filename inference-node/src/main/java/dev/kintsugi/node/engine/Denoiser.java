package dev.kintsugi.node.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.kintsugi.core.diffusion.FlowSchedule;
import dev.kintsugi.node.engine.ReplayableModel.EncodedText;
import dev.kintsugi.node.engine.TextEncoding.TextBatch;
import dev.kintsugi.node.model.ModelManifest;
import dev.kintsugi.protocol.node.FailureClass;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The denoise loop: noise becomes latents, step by step, with the expert of each step. */
final class Denoiser {
  private final ModelManifest manifest;
  private final Map<Expert, TorchModule> experts;
  private final Function<List<EncodedText>, TextBatch> batches;
  private final boolean together;

  /**
   * @param batches makes texts ready for the transformers
   * @param together whether both sides of the guidance share a forward pass: faster where a pass is
   *     small, but twice the memory
   */
  Denoiser(
      ModelManifest manifest,
      Map<Expert, TorchModule> experts,
      Function<List<EncodedText>, TextBatch> batches,
      boolean together) {
    this.manifest = manifest;
    this.experts = experts;
    this.batches = batches;
    this.together = together;
  }

  /**
   * Changes {@code latents} from noise, or from where the run goes on, into the clean latents.
   *
   * @throws IllegalArgumentException when the state to go on from is not one of such a run
   */
  void run(
      NDManager parent,
      GenerationRequest request,
      RunOptions options,
      LatentShape shape,
      float[] latents,
      Prompts prompts,
      GenerationListener listener)
      throws GenerationException {
    LatentSolver solver =
        LatentSolver.of(request, manifest.scheduler().numTrainTimesteps(), latents.length);
    FlowSchedule schedule = solver.schedule;
    List<TextBatch> texts = texts(prompts, request.guidanceScale() > 1);
    int first = resume(options.resume(), shape, latents, solver);
    Set<Expert> told = EnumSet.noneOf(Expert.class);
    FaultPoints faults = listener.faults();
    listener.latents(first, latents);
    for (int i = first; i < schedule.steps(); i++) {
      Expert range = expertAt(schedule, i);
      Expert expert = options.runs(range);
      if (expert != range && told.add(range)) {
        listener.substituted(range, expert);
      }
      listener.stepping(i + 1, expert);
      faults.beforeStep(i + 1, expert, floats -> allocate(parent, floats));
      // A scale belongs to the level of noise, whoever runs there.
      double guidance = range == Expert.LOW ? request.guidanceScale2() : request.guidanceScale();
      float[] velocity =
          velocity(
              parent,
              new Pass(
                  Objects.requireNonNull(experts.get(expert)),
                  shape,
                  latents,
                  schedule.timestep(i)),
              texts,
              guidance,
              listener);
      faults.answered(i + 1, expert, velocity);
      solver.advance(i, latents, velocity);
      faults.advanced(i + 1, expert, latents);
      requireFinite(latents, i + 1, schedule.steps(), expert);
      listener.latents(i + 1, latents);
      listener.step(i + 1, schedule.steps(), expert);
      if (options.checkpointAfter(i + 1)) {
        listener.checkpoint(state(i + 1, shape, latents, solver, options, told));
      }
    }
  }

  private static int resume(
      @Nullable DenoiseState from, LatentShape shape, float[] latents, LatentSolver solver) {
    if (from == null) {
      return 0;
    }
    if (from.step() < 1 || from.step() > solver.schedule.steps()) {
      throw new IllegalArgumentException(
          "the run has "
              + solver.schedule.steps()
              + " steps and cannot go on after "
              + from.step());
    }
    if (!Arrays.equals(from.shape(), shape.batch(1).getShape())) {
      throw new IllegalArgumentException(
          "the latents are " + shape.batch(1) + ", not " + Arrays.toString(from.shape()));
    }
    solver.restore(from.history());
    System.arraycopy(from.latents(), 0, latents, 0, latents.length);
    return from.step();
  }

  private static DenoiseState state(
      int step,
      LatentShape shape,
      float[] latents,
      LatentSolver solver,
      RunOptions options,
      Set<Expert> told) {
    Map<String, float[]> history = new TreeMap<>();
    solver.history().forEach((name, values) -> history.put(name, values.clone()));
    Set<Expert> substituted = EnumSet.copyOf(told);
    if (options.resume() != null) {
      substituted.addAll(options.resume().substituted());
    }
    return new DenoiseState(step, shape.batch(1).getShape(), latents.clone(), history, substituted);
  }

  /**
   * The two texts of a run.
   *
   * @param positive what to show
   * @param negative what to avoid
   */
  record Prompts(EncodedText positive, EncodedText negative) {}

  private record Pass(TorchModule module, LatentShape shape, float[] latents, double timestep) {}

  private List<TextBatch> texts(Prompts p, boolean guided) {
    if (!guided) {
      return List.of(batches.apply(List.of(p.positive())));
    }
    return together
        ? List.of(batches.apply(List.of(p.positive(), p.negative())))
        : List.of(batches.apply(List.of(p.positive())), batches.apply(List.of(p.negative())));
  }

  private Expert expertAt(FlowSchedule schedule, int i) {
    Double boundary = manifest.boundaryRatio();
    if (boundary == null) {
      return Expert.LITE;
    }
    return schedule.highNoise(i, boundary, manifest.scheduler().numTrainTimesteps())
        ? Expert.HIGH
        : Expert.LOW;
  }

  private static float[] velocity(
      NDManager parent,
      Pass pass,
      List<TextBatch> texts,
      double guidance,
      GenerationListener listener)
      throws GenerationException {
    int size = pass.latents().length;
    int sides = texts.stream().mapToInt(TextBatch::texts).sum();
    float[] all = new float[sides * size];
    int at = 0;
    for (TextBatch batch : texts) {
      Cancellation.check(listener);
      float[] part = forward(parent, pass, batch);
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    if (sides == 1) {
      return all;
    }
    float[] velocity = new float[size];
    float scale = (float) guidance;
    for (int k = 0; k < size; k++) {
      float free = all[size + k];
      velocity[k] = free + scale * (all[k] - free);
    }
    return velocity;
  }

  private static float[] forward(NDManager parent, Pass pass, TextBatch batch) {
    try (NDManager manager = parent.newSubManager()) {
      NDArray one = manager.create(pass.latents(), pass.shape().batch(1));
      NDArray latents = batch.texts() == 1 ? one : one.repeat(0, batch.texts());
      NDArray velocity =
          pass.module()
              .forward(
                  latents,
                  manager.create(new float[] {(float) pass.timestep()}),
                  batch.rows(manager),
                  batch.logCounts(manager));
      return velocity.toFloatArray();
    }
  }

  private static void allocate(NDManager parent, long floats) {
    try (NDManager manager = parent.newSubManager()) {
      manager.create(new Shape(floats));
    }
  }

  private static void requireFinite(float[] latents, int step, int steps, Expert expert)
      throws GenerationException {
    for (float value : latents) {
      if (!Float.isFinite(value)) {
        throw new GenerationException(
            FailureClass.NAN_LATENTS,
            "a latent is not a finite number after step "
                + step
                + " of "
                + steps
                + ", expert "
                + expert.wireName());
      }
    }
  }
}

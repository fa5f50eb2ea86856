package dev.kintsugi.node.engine;

import dev.kintsugi.core.diffusion.FlowSchedule;
import dev.kintsugi.core.diffusion.UniPc;
import dev.kintsugi.core.diffusion.UniPc.Weights;
import java.util.Map;

/** Moves the latents of one run along its schedule, in place. */
abstract sealed class LatentSolver {
  final FlowSchedule schedule;

  private LatentSolver(FlowSchedule schedule) {
    this.schedule = schedule;
  }

  static LatentSolver of(GenerationRequest request, int trainTimesteps, int size) {
    int steps = request.numInferenceSteps();
    double shift = request.flowShift();
    return switch (request.scheduler()) {
      case UNIPC -> new UniPcSolver(FlowSchedule.uniPc(steps, trainTimesteps, shift), size);
      case EULER -> new EulerSolver(FlowSchedule.euler(steps, trainTimesteps, shift));
    };
  }

  /** Step {@code i}: latents and the velocity predicted for them become the next latents. */
  abstract void advance(int i, float[] latents, float[] velocity);

  /** What the solver remembers of earlier steps, by name; the arrays it works with. */
  abstract Map<String, float[]> history();

  /**
   * Continues where another solver was.
   *
   * @throws IllegalArgumentException when the history is not one of this kind of solver
   */
  final void restore(Map<String, float[]> saved) {
    Map<String, float[]> own = history();
    if (!saved.keySet().equals(own.keySet())) {
      throw new IllegalArgumentException(
          "the solver's history is " + own.keySet() + ", not " + saved.keySet());
    }
    own.forEach((name, values) -> System.arraycopy(saved.get(name), 0, values, 0, values.length));
  }

  private static final class EulerSolver extends LatentSolver {
    EulerSolver(FlowSchedule schedule) {
      super(schedule);
    }

    @Override
    Map<String, float[]> history() {
      return Map.of();
    }

    @Override
    void advance(int i, float[] latents, float[] velocity) {
      double change = schedule.sigma(i + 1) - schedule.sigma(i);
      for (int k = 0; k < latents.length; k++) {
        latents[k] = (float) (latents[k] + change * velocity[k]);
      }
    }
  }

  private static final class UniPcSolver extends LatentSolver {
    private final float[] from;
    private final float[] current;
    private final float[] previous;

    UniPcSolver(FlowSchedule schedule, int size) {
      super(schedule);
      from = new float[size];
      current = new float[size];
      previous = new float[size];
    }

    @Override
    Map<String, float[]> history() {
      return Map.of("from", from, "current", current, "previous", previous);
    }

    @Override
    void advance(int i, float[] latents, float[] velocity) {
      double sigma = schedule.sigma(i);
      Weights c = i > 0 ? UniPc.corrector(schedule, i) : new Weights(0, 0, 0, 0);
      Weights p = UniPc.predictor(schedule, i);
      for (int k = 0; k < latents.length; k++) {
        float clean = (float) (latents[k] - sigma * velocity[k]);
        float start = i == 0 ? latents[k] : corrected(c, k, clean);
        previous[k] = current[k];
        current[k] = clean;
        from[k] = start;
        latents[k] =
            (float) (p.sample() * start + p.current() * clean + p.previous() * previous[k]);
      }
    }

    private float corrected(Weights c, int k, float clean) {
      return (float)
          (c.sample() * from[k]
              + c.current() * current[k]
              + c.previous() * previous[k]
              + c.corrected() * clean);
    }
  }
}

package dev.kintsugi.node.verify;

import dev.kintsugi.node.engine.Expert;
import dev.kintsugi.node.engine.FaultPoints;
import dev.kintsugi.node.engine.GenerationException;
import dev.kintsugi.node.engine.GenerationListener;
import dev.kintsugi.node.engine.ReplayableModel;
import dev.kintsugi.node.tensors.SafetensorsException;
import dev.kintsugi.node.tensors.SafetensorsFile;
import dev.kintsugi.protocol.node.FailureClass;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Repeats a model's self-test as far as the denoise loop goes, and holds each expert to the latents
 * of its own steps. An expert whose predecessor failed starts from wrong latents: nothing is said
 * about it.
 */
public final class ExpertCheck {
  private final ReplayableModel model;

  public ExpertCheck(ReplayableModel model) {
    this.model = model;
  }

  /** What is said about one expert, with one sentence for people. */
  public record Verdict(boolean passed, String sentence) {}

  /**
   * Runs on the thread that may use the model.
   *
   * @param faults where a drill makes the repetition go wrong
   * @return experts in the order of their steps; none where the run ended for a reason that is no
   *     expert's
   * @throws GoldenException when there is no reference to compare with
   */
  public Map<Expert, Verdict> run(FaultPoints faults) throws GoldenException {
    GoldenFolder golden = GoldenFolder.read(model.selfTest());
    String name = golden.asked().runs().keySet().iterator().next();
    try {
      SafetensorsFile tensors = golden.tensors(name);
      Steps steps = new Steps(golden, tensors, faults);
      try {
        model.replay(new GoldenCheck(model).request(golden, name), steps.reference(0), steps);
      } catch (GenerationException e) {
        steps.ended(e);
      }
      return steps.verdicts;
    } catch (SafetensorsException e) {
      throw new GoldenException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Follows the repetition step by step, and stops it when there is nothing more to learn. */
  private final class Steps implements GenerationListener {
    private final Map<Expert, Verdict> verdicts = new EnumMap<>(Expert.class);
    private final Map<Expert, Double> largest = new EnumMap<>(Expert.class);
    private final GoldenFolder golden;
    private final SafetensorsFile tensors;
    private final FaultPoints faults;
    private final double tolerance = model.manifest().selfTest().tolerance().latents();
    private @Nullable Expert running;
    private boolean over;

    Steps(GoldenFolder golden, SafetensorsFile tensors, FaultPoints faults)
        throws SafetensorsException {
      this.golden = golden;
      this.tensors = tensors;
      this.faults = faults;
      for (int step = 0; step <= golden.asked().steps(); step++) {
        reference(step);
      }
    }

    float[] reference(int step) throws SafetensorsException {
      return tensors.floats("latents_" + step, GoldenCheck.latentShape(model, golden.asked()));
    }

    @Override
    public boolean cancelled() {
      return over;
    }

    @Override
    public FaultPoints faults() {
      return faults;
    }

    @Override
    public void stepping(int step, Expert expert) {
      running = expert;
    }

    @Override
    public void latents(int step, float[] values) {
      Expert expert = running;
      if (expert == null) {
        return;
      }
      try {
        double difference = GoldenCheck.largest(reference(step), values);
        double most = largest.merge(expert, difference, Math::max);
        boolean passed = most <= tolerance;
        verdicts.put(
            expert,
            new Verdict(
                passed,
                String.format(
                    Locale.ROOT, "latents off by at most %.1e, %.1e allowed", most, tolerance)));
        over = !passed || step == golden.asked().steps();
      } catch (SafetensorsException e) {
        throw new IllegalStateException("every step was read before the run began", e);
      }
    }

    /** Being stopped is no failure; a number that is none is the running expert's. */
    void ended(GenerationException e) {
      if (running != null && e.failureClass() == FailureClass.NAN_LATENTS) {
        verdicts.put(running, new Verdict(false, String.valueOf(e.getMessage())));
      }
    }
  }
}

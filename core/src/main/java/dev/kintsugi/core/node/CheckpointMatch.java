package dev.kintsugi.core.node;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Whether a run can go on from a checkpoint as if it had never been interrupted. */
public final class CheckpointMatch {

  private CheckpointMatch() {}

  /**
   * Everything that decides what a run computes.
   *
   * @param model name of the model
   * @param weights SHA-256 of its manifest
   * @param scheduler name of the solver
   * @param steps denoise steps in all
   * @param flowShift shift of the noise schedule
   * @param guidanceScale of the high-noise range
   * @param guidanceScale2 of the low-noise range
   * @param width pixels
   * @param height pixels
   * @param frames frames
   * @param seed of the noise
   * @param promptSha256 SHA-256 of the prompt
   * @param negativePromptSha256 SHA-256 of the negative prompt
   */
  public record Run(
      String model,
      String weights,
      String scheduler,
      int steps,
      double flowShift,
      double guidanceScale,
      double guidanceScale2,
      int width,
      int height,
      int frames,
      long seed,
      String promptSha256,
      String negativePromptSha256) {}

  /** What can differ. */
  public enum Part {
    WEIGHTS("weights"),
    SCHEDULER("scheduler"),
    STEPS("num_inference_steps"),
    FLOW_SHIFT("flow_shift"),
    GUIDANCE("guidance_scale"),
    GUIDANCE_2("guidance_scale_2"),
    SIZE("size"),
    FRAMES("num_frames"),
    SEED("seed"),
    PROMPT("prompt"),
    NEGATIVE_PROMPT("negative_prompt");

    private final String field;

    Part(String field) {
      this.field = field;
    }

    /** Name for people and in requests. */
    public String field() {
      return field;
    }
  }

  /**
   * One difference.
   *
   * @param asked value of the run that is asked for; of a prompt its digest
   * @param held value of the checkpoint
   */
  public record Difference(Part part, String asked, String held) {}

  /** The answer. */
  public sealed interface Decision {

    /** The run goes on after this step. */
    record Resume(int step) implements Decision {}

    /** It would be another run: everything that differs, never empty. */
    record Refuse(List<Difference> differences) implements Decision {

      /** All differences in one line. */
      public String describe() {
        return differences.stream()
            .map(d -> d.part().field() + " is " + d.held() + ", asked is " + d.asked())
            .collect(Collectors.joining("; "));
      }
    }
  }

  /**
   * Compares what is asked with what a checkpoint was made by.
   *
   * @param step denoise steps the checkpoint holds
   */
  public static Decision decide(Run asked, Run held, int step) {
    List<Difference> found = new ArrayList<>();
    compare(found, Part.WEIGHTS, weights(asked), weights(held));
    compare(found, Part.SCHEDULER, asked.scheduler(), held.scheduler());
    compare(found, Part.STEPS, asked.steps(), held.steps());
    compare(found, Part.FLOW_SHIFT, asked.flowShift(), held.flowShift());
    compare(found, Part.GUIDANCE, asked.guidanceScale(), held.guidanceScale());
    compare(found, Part.GUIDANCE_2, asked.guidanceScale2(), held.guidanceScale2());
    compare(found, Part.SIZE, size(asked), size(held));
    compare(found, Part.FRAMES, asked.frames(), held.frames());
    compare(found, Part.SEED, asked.seed(), held.seed());
    compare(found, Part.PROMPT, asked.promptSha256(), held.promptSha256());
    compare(found, Part.NEGATIVE_PROMPT, asked.negativePromptSha256(), held.negativePromptSha256());
    return found.isEmpty() ? new Decision.Resume(step) : new Decision.Refuse(List.copyOf(found));
  }

  private static void compare(List<Difference> found, Part part, Object asked, Object held) {
    if (!asked.equals(held)) {
      found.add(new Difference(part, asked.toString(), held.toString()));
    }
  }

  private static String weights(Run run) {
    return run.model() + "@" + run.weights();
  }

  private static String size(Run run) {
    return run.width() + "x" + run.height();
  }
}

package dev.kintsugi.core.admission;

import dev.kintsugi.core.admission.Problem.Reason;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Fits a submission to one model: fills in what was left out, refuses what the model cannot do. */
public final class ModelRules {

  private ModelRules() {}

  /**
   * Decides every generation parameter.
   *
   * @param freshSeed used when the caller named none
   */
  public static Checked<Resolved> resolve(Asked asked, ModelBounds model, int freshSeed) {
    List<Problem> problems = new ArrayList<>();
    Size size = orElse(asked.size(), model.defaultSize());
    checkSize(size, model, problems);
    int fps = orElse(asked.fps(), model.defaultFps());
    int frames = frames(asked, model, fps);
    checkFrames(asked, frames, model, problems);
    int steps = orElse(asked.steps(), model.defaultSteps());
    if (steps > model.maxSteps()) {
      problems.add(atMost("num_inference_steps", steps, model.maxSteps(), model));
    }
    Resolved resolved =
        new Resolved(
            asked.prompt(),
            asked.negativePrompt(),
            size,
            frames,
            fps,
            steps,
            orElse(asked.guidanceScale(), model.defaultGuidance()),
            asked.guidanceScale2(),
            asked.flowShift(),
            orElse(asked.seed(), freshSeed),
            seconds(asked, frames, fps));
    return Checked.of(resolved, problems);
  }

  /** Frames outrank seconds, as with the other servers of this API. */
  private static int frames(Asked asked, ModelBounds model, int fps) {
    if (asked.numFrames() != null) {
      return Frames.round(asked.numFrames());
    }
    return asked.seconds() == null ? model.defaultFrames() : Frames.round(asked.seconds() * fps);
  }

  private static String seconds(Asked asked, int frames, int fps) {
    return asked.numFrames() == null && asked.seconds() != null
        ? asked.seconds().toString()
        : Frames.seconds(frames, fps);
  }

  private static void checkSize(Size size, ModelBounds model, List<Problem> problems) {
    Size maximum = model.maximum();
    if (size.width() > maximum.width() || size.height() > maximum.height()) {
      problems.add(
          new Problem(
              "size",
              Reason.BAD_SIZE,
              "size "
                  + size
                  + " is over the maximum of model '"
                  + model.name()
                  + "', "
                  + maximum
                  + "."));
    }
  }

  private static void checkFrames(
      Asked asked, int frames, ModelBounds model, List<Problem> problems) {
    if (frames <= model.maxFrames()) {
      return;
    }
    if (asked.numFrames() != null || asked.seconds() == null) {
      problems.add(atMost("num_frames", frames, model.maxFrames(), model));
    } else {
      problems.add(
          new Problem(
              "seconds",
              Reason.INVALID,
              "'seconds' asks for "
                  + frames
                  + " frames; model '"
                  + model.name()
                  + "' makes at most "
                  + model.maxFrames()
                  + ". Ask for fewer seconds or a lower 'fps'."));
    }
  }

  private static Problem atMost(String field, int asked, int maximum, ModelBounds model) {
    return new Problem(
        field,
        Reason.INVALID,
        "'"
            + field
            + "' must be at most "
            + maximum
            + " for model '"
            + model.name()
            + "'; got "
            + asked
            + ".");
  }

  private static <T> T orElse(@Nullable T given, T otherwise) {
    return given == null ? otherwise : given;
  }
}

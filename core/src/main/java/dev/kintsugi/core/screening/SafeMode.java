package dev.kintsugi.core.screening;

import dev.kintsugi.core.admission.Asked;
import dev.kintsugi.core.admission.Frames;
import dev.kintsugi.core.admission.ModelBounds;
import dev.kintsugi.core.admission.Resolved;

/**
 * A submission made with more care: half the frames, as the recovery ladder takes them, and a
 * quarter more steps. What the customer asked for by name stays as it was asked.
 */
public final class SafeMode {

  private static final double MORE_STEPS = 1.25;

  private SafeMode() {}

  /**
   * @param asked tells which parameters are the customer's own; a length in seconds is one of
   *     frames
   * @param resolved within the model's bounds, as it would be made otherwise
   * @return within the model's bounds; the same where all of it was asked for
   */
  public static Resolved of(Asked asked, Resolved resolved, ModelBounds model) {
    boolean ownFrames = asked.numFrames() != null || asked.seconds() != null;
    int frames = ownFrames ? resolved.numFrames() : Frames.half(resolved.numFrames());
    int steps = asked.steps() != null ? resolved.steps() : more(resolved.steps(), model);
    return new Resolved(
        resolved.prompt(),
        resolved.negativePrompt(),
        resolved.size(),
        frames,
        resolved.fps(),
        steps,
        resolved.guidanceScale(),
        resolved.guidanceScale2(),
        resolved.flowShift(),
        resolved.seed(),
        ownFrames ? resolved.seconds() : Frames.seconds(frames, resolved.fps()));
  }

  private static int more(int steps, ModelBounds model) {
    return Math.max(steps, Math.min(model.maxSteps(), (int) Math.ceil(steps * MORE_STEPS)));
  }
}

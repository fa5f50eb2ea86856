package dev.kintsugi.core.recovery;

import dev.kintsugi.core.admission.Size;
import org.jspecify.annotations.Nullable;

/**
 * How the next attempt of a job is made.
 *
 * @param frames 4k+1
 * @param lite the smaller model beside the main one makes it
 * @param still one frame is generated and the camera moves over it
 * @param avoidExpert its steps go to the other expert
 * @param resume where to go on from; null starts anew
 */
public record Plan(
    Rung rung,
    Size size,
    int frames,
    int steps,
    int seed,
    boolean lite,
    boolean still,
    @Nullable String avoidExpert,
    @Nullable Checkpoint resume) {

  /**
   * A point of an earlier attempt.
   *
   * @param step denoise steps it holds
   * @param sha256 of its content
   * @param digest of the weights it was made with
   */
  public record Checkpoint(int step, String sha256, String digest) {}

  /** Everything as the job asks. */
  public static Plan asAsked(Asked asked) {
    return new Plan(
        Rung.AS_ASKED,
        asked.size(),
        asked.frames(),
        asked.steps(),
        asked.seed(),
        false,
        false,
        null,
        null);
  }

  /**
   * What the customer asked for.
   *
   * @param frames 4k+1
   */
  public record Asked(Size size, int frames, int steps, int seed) {}

  Plan at(Rung next) {
    return new Plan(next, size, frames, steps, seed, lite, still, avoidExpert, null);
  }

  Plan with(Size smaller, int fewerFrames, int fewerSteps) {
    return new Plan(rung, smaller, fewerFrames, fewerSteps, seed, lite, still, avoidExpert, resume);
  }

  Plan seeded(int other) {
    return new Plan(rung, size, frames, steps, other, lite, still, avoidExpert, null);
  }

  Plan around(String expert) {
    return new Plan(rung, size, frames, steps, seed, lite, still, expert, null);
  }

  Plan onLite() {
    return new Plan(rung, size, frames, steps, seed, true, still, null, null);
  }

  Plan asStill() {
    return new Plan(rung, size, frames, steps, seed, lite, true, avoidExpert, null);
  }

  /** From a checkpoint of a run of this very shape; the caller knows that it is one. */
  public Plan resumed(@Nullable Checkpoint checkpoint) {
    return new Plan(rung, size, frames, steps, seed, lite, still, avoidExpert, checkpoint);
  }

  /** A checkpoint of the other's run fits this one: everything that shapes the latents is equal. */
  boolean sameRun(Plan other) {
    return size.equals(other.size)
        && frames == other.frames
        && steps == other.steps
        && seed == other.seed
        && lite == other.lite
        && still == other.still
        && java.util.Objects.equals(avoidExpert, other.avoidExpert);
  }
}

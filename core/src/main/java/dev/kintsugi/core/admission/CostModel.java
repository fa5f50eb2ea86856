package dev.kintsugi.core.admission;

import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Predicts what a job costs, in seconds of one slot: denoise steps × seconds per step, plus a share
 * for text encoding, decoding and video encoding.
 */
public final class CostModel {

  /** Everything around the steps, as a share of them. */
  static final double OVERHEAD = 0.15;

  /**
   * Time grows with tokens to this power: linear layers and attention together. 720p has 2.31 times
   * the tokens of 480p and is published to take 3.2 times as long: ln 3.2 / ln 2.31 = 1.39.
   */
  static final double EXPONENT = 1.39;

  /** One H100, 720p, 81 frames: 1041.5 s / 40 steps / 75,600 tokens. Used until we measured. */
  static final double UNMEASURED_SECONDS_PER_TOKEN = 3.4e-4;

  private CostModel() {}

  /**
   * @param seconds of one slot
   * @param measured false when no step of this service has been measured yet, so that the figure is
   *     good for sharing but not for refusing anyone
   */
  public record Cost(double seconds, boolean measured) {}

  /**
   * @param stepSeconds measured seconds per step by {@code WIDTHxHEIGHTxFRAMES}
   */
  public static Cost predict(Resolved job, Map<String, Double> stepSeconds) {
    OptionalDouble perStep = secondsPerStep(job.size(), job.numFrames(), stepSeconds);
    double seconds =
        perStep.orElse(tokens(job.size(), job.numFrames()) * UNMEASURED_SECONDS_PER_TOKEN);
    return new Cost(job.steps() * seconds * (1 + OVERHEAD), perStep.isPresent());
  }

  /** Seconds of a whole attempt of so many steps; empty when no step was measured. */
  public static OptionalDouble seconds(
      Size size, int frames, int steps, Map<String, Double> stepSeconds) {
    OptionalDouble perStep = secondsPerStep(size, frames, stepSeconds);
    return perStep.isEmpty()
        ? perStep
        : OptionalDouble.of(steps * perStep.getAsDouble() * (1 + OVERHEAD));
  }

  /**
   * Seconds of one denoise step, from the measured clip of the nearest length in tokens; empty when
   * none was measured.
   */
  public static OptionalDouble secondsPerStep(
      Size size, int frames, Map<String, Double> stepSeconds) {
    double tokens = tokens(size, frames);
    return stepSeconds.entrySet().stream()
        .flatMap(entry -> Measured.parse(entry.getKey(), entry.getValue()).stream())
        .min(Comparator.comparingDouble(measured -> Math.abs(Math.log(measured.tokens() / tokens))))
        .map(measured -> measured.seconds() * Math.pow(tokens / measured.tokens(), EXPONENT))
        .stream()
        .mapToDouble(Double::doubleValue)
        .findFirst();
  }

  /** Transformer tokens of a clip: 16×16 pixels by one latent frame each. */
  static double tokens(Size size, int frames) {
    return (double) Frames.latent(frames)
        * Math.ceilDiv(size.width(), Size.MULTIPLE)
        * Math.ceilDiv(size.height(), Size.MULTIPLE);
  }

  private record Measured(double tokens, double seconds) {

    static Optional<Measured> parse(String key, double seconds) {
      int split = key.lastIndexOf('x');
      if (split < 0 || seconds <= 0) {
        return Optional.empty();
      }
      String frames = key.substring(split + 1);
      if (!frames.matches("[1-9][0-9]{0,4}")) {
        return Optional.empty();
      }
      return Size.parse(key.substring(0, split))
          .map(size -> new Measured(CostModel.tokens(size, Integer.parseInt(frames)), seconds));
    }
  }
}

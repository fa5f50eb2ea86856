package dev.kintsugi.core.ledger;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What near-identical failures share, and nothing that differs between two of them: failures with
 * equal fingerprints are one family.
 *
 * @param stepBand quarter of the schedule, {@code q1} to {@code q4}
 * @param shape power of two that the number of pixels over all frames is nearest below
 * @param cause NVIDIA's number of a GPU fault, and whether the fault was planted
 * @param message without numbers, names and places
 */
public record Fingerprint(
    String failureClass,
    String stage,
    String expert,
    String attribution,
    String version,
    String stepBand,
    String shape,
    String cause,
    String message) {

  private static final String NONE = "none";
  private static final String ANY = "any";
  private static final int BANDS = 4;

  /** Failures of a machine or of the way to it: what was being made does not explain them. */
  private static final Set<String> OF_THE_MACHINE =
      Set.of("NODE_LOST", "UPLOAD_FAILED", "MODEL_LOAD_FAILED", "WEIGHTS_CORRUPT", "GPU_FAULT");

  /**
   * What is known of one failure.
   *
   * @param failureClass such as {@code OOM}
   * @param stage phase in which it failed; null when it never ran
   * @param expert that was denoising; null otherwise
   * @param attribution what the fault is blamed on
   * @param version of the model
   * @param step denoise steps done, of {@code steps}; 0 of 0 when it never denoised
   * @param shape of what was being made; null when not known
   * @param xid NVIDIA's number of a GPU fault
   * @param injected true for a fault that was planted: drills do not hide real failures
   * @param names of nodes, jobs and devices that the message may hold
   */
  public record Facts(
      String failureClass,
      @Nullable String stage,
      @Nullable String expert,
      String attribution,
      String version,
      int step,
      int steps,
      @Nullable Shape shape,
      @Nullable Integer xid,
      boolean injected,
      String message,
      List<String> names) {}

  /**
   * Size of a clip.
   *
   * @param width pixels
   * @param height pixels
   */
  public record Shape(int width, int height, int frames) {}

  /** The same on every machine and whatever else happens. */
  public static Fingerprint of(Facts facts) {
    boolean machine = OF_THE_MACHINE.contains(facts.failureClass());
    return new Fingerprint(
        facts.failureClass(),
        machine ? ANY : or(facts.stage(), NONE),
        machine ? ANY : or(facts.expert(), NONE),
        facts.attribution().toLowerCase(Locale.ROOT),
        facts.version(),
        machine ? ANY : band(facts.step(), facts.steps()),
        machine ? ANY : octave(facts.shape()),
        cause(facts),
        MessageForm.of(facts.message(), facts.names()));
  }

  /** One text a fingerprint: each part with its length, so that no two run into one. */
  public String text() {
    StringBuilder text = new StringBuilder();
    for (String part :
        List.of(
            failureClass, stage, expert, attribution, version, stepBand, shape, cause, message)) {
      text.append(part.length()).append(':').append(part).append('\n');
    }
    return text.toString();
  }

  private static String cause(Facts facts) {
    String xid = facts.xid() == null ? NONE : "xid " + facts.xid();
    return facts.injected() ? xid + ", injected" : xid;
  }

  /** Quarter of the schedule, so that the same fault a step later stays in its family. */
  private static String band(int step, int steps) {
    if (steps <= 0) {
      return NONE;
    }
    long quarter = (long) Math.clamp(step, 0, steps) * BANDS / steps;
    return "q" + (Math.min(quarter, BANDS - 1) + 1);
  }

  private static String octave(@Nullable Shape shape) {
    if (shape == null) {
      return NONE;
    }
    long pixels = Math.max(1L, (long) shape.width() * shape.height() * shape.frames());
    return "2^" + (Long.SIZE - 1 - Long.numberOfLeadingZeros(pixels));
  }

  private static String or(@Nullable String value, String otherwise) {
    return value == null || value.isBlank() ? otherwise : value.toLowerCase(Locale.ROOT);
  }
}

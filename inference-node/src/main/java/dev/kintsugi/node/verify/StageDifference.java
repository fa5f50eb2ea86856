package dev.kintsugi.node.verify;

import java.util.Locale;

/**
 * How far a repetition is from its reference in one stage.
 *
 * @param stage what was compared
 * @param largest largest difference: tokens that differ, of a value, or of a colour in 1/255
 * @param allowed the tolerance
 * @param where what the largest difference belongs to, such as {@code after step 3}
 */
public record StageDifference(Stage stage, double largest, double allowed, String where) {

  /** What of a run is compared. */
  public enum Stage {
    TOKENS,
    TEXT,
    LATENTS,
    FRAMES;

    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** False also where the difference is not a number. */
  public boolean within() {
    return largest <= allowed;
  }

  StageDifference or(StageDifference other) {
    return Double.isNaN(largest) || largest >= other.largest ? this : other;
  }

  /** One sentence for people. */
  public String describe() {
    return String.format(
        Locale.ROOT, "%s differ by %.3g %s, allowed %.3g", stage.label(), largest, where, allowed);
  }
}

package dev.kintsugi.core.learning;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a prompt means, as the direction of its point: compact, and compared by whole numbers, so
 * that every machine says the same.
 *
 * @param model that made the point; directions of two models cannot be compared
 * @param steps each coordinate in parts of the largest, -127 to 127
 */
public record Direction(String model, byte[] steps) {

  /**
   * @param vector of any length but zero
   * @throws IllegalArgumentException when it points nowhere
   */
  public static Direction of(String model, float[] vector) {
    float largest = 0;
    for (float value : vector) {
      largest = Math.max(largest, Math.abs(value));
    }
    if (!(largest > 0 && Float.isFinite(largest))) {
      throw new IllegalArgumentException("a vector whose largest coordinate is " + largest);
    }
    byte[] steps = new byte[vector.length];
    for (int i = 0; i < steps.length; i++) {
      steps[i] = (byte) Math.round(vector[i] / largest * Byte.MAX_VALUE);
    }
    return new Direction(model, steps);
  }

  boolean comparable(Direction other) {
    return model.equals(other.model) && steps.length == other.steps.length;
  }

  /** Of a comparable one; 1 for the same direction. */
  double cosine(Direction other) {
    int dot = 0;
    for (int i = 0; i < steps.length; i++) {
      dot += steps[i] * other.steps[i];
    }
    return dot / (length() * other.length());
  }

  double length() {
    int squares = 0;
    for (byte step : steps) {
      squares += step * step;
    }
    return Math.sqrt(squares);
  }

  /** Of length one. */
  float[] unit() {
    float length = (float) length();
    float[] unit = new float[steps.length];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = steps[i] / length;
    }
    return unit;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Direction that
        && model.equals(that.model)
        && Arrays.equals(steps, that.steps);
  }

  @Override
  public int hashCode() {
    return 31 * model.hashCode() + Arrays.hashCode(steps);
  }
}

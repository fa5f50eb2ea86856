package dev.kintsugi.controlplane.knowledge;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a prompt means, as numbers.
 *
 * @param model that made them; those of two models are not comparable
 * @param vector of length 1
 */
public record Meaning(String model, float[] vector) {

  static Meaning of(String model, byte[] stored) {
    float[] vector = new float[stored.length / Float.BYTES];
    ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
    return new Meaning(model, vector);
  }

  /** Four bytes a number, little end first. */
  byte[] bytes() {
    ByteBuffer bytes =
        ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(vector);
    return bytes.array();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Meaning that
        && model.equals(that.model)
        && Arrays.equals(vector, that.vector);
  }

  @Override
  public int hashCode() {
    return 31 * model.hashCode() + Arrays.hashCode(vector);
  }
}

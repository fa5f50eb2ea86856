package dev.kintsugi.controlplane.novelty;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Numbers as columns of bytes, little end first. */
final class Floats {

  private Floats() {}

  static byte[] bytes(float[] values) {
    ByteBuffer buffer = buffer(new byte[values.length * Float.BYTES]);
    buffer.asFloatBuffer().put(values);
    return buffer.array();
  }

  static float[] floats(byte[] bytes) {
    float[] values = new float[bytes.length / Float.BYTES];
    buffer(bytes).asFloatBuffer().get(values);
    return values;
  }

  static byte[] bytes(long[] values) {
    ByteBuffer buffer = buffer(new byte[values.length * Long.BYTES]);
    buffer.asLongBuffer().put(values);
    return buffer.array();
  }

  static long[] longs(byte[] bytes) {
    long[] values = new long[bytes.length / Long.BYTES];
    buffer(bytes).asLongBuffer().get(values);
    return values;
  }

  private static ByteBuffer buffer(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}

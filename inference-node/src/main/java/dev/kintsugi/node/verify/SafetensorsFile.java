package dev.kintsugi.node.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.StreamSupport;

/**
 * Tensors of a safetensors file: eight bytes of header length, a JSON header with dtype, shape and
 * place of each tensor, then the values, little-endian. Reads F32, I32 and U8.
 */
final class SafetensorsFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final JsonNode header;
  private final ByteBuffer data;

  private SafetensorsFile(Path file, JsonNode header, ByteBuffer data) {
    this.file = file;
    this.header = header;
    this.data = data;
  }

  static SafetensorsFile read(Path file) throws GoldenException {
    try {
      ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
      long length = all.remaining() < Long.BYTES ? -1 : all.getLong();
      if (length < 0 || length > all.remaining()) {
        throw new GoldenException(file + " is truncated, or no safetensors file");
      }
      byte[] header = new byte[(int) length];
      all.get(header);
      ByteBuffer data = all.slice().order(ByteOrder.LITTLE_ENDIAN);
      return new SafetensorsFile(file, JSON.readTree(header), data);
    } catch (IOException e) {
      throw new GoldenException(
          file + " cannot be read: " + e.getClass().getSimpleName() + ": " + e.getMessage(), e);
    }
  }

  float[] floats(String name, long... shape) throws GoldenException {
    ByteBuffer bytes = tensor(name, "F32", Float.BYTES, shape);
    float[] values = new float[bytes.remaining() / Float.BYTES];
    bytes.asFloatBuffer().get(values);
    return values;
  }

  int[] ints(String name, long... shape) throws GoldenException {
    ByteBuffer bytes = tensor(name, "I32", Integer.BYTES, shape);
    int[] values = new int[bytes.remaining() / Integer.BYTES];
    bytes.asIntBuffer().get(values);
    return values;
  }

  byte[] bytes(String name, long... shape) throws GoldenException {
    ByteBuffer bytes = tensor(name, "U8", 1, shape);
    byte[] values = new byte[bytes.remaining()];
    bytes.get(values);
    return values;
  }

  private ByteBuffer tensor(String name, String dtype, int width, long... shape)
      throws GoldenException {
    JsonNode entry = header.path(name);
    if (entry.isMissingNode()) {
      throw new GoldenException(file + " lacks tensor " + name);
    }
    long[] found =
        StreamSupport.stream(entry.path("shape").spliterator(), false)
            .mapToLong(JsonNode::asLong)
            .toArray();
    if (!entry.path("dtype").asText().equals(dtype) || !Arrays.equals(found, shape)) {
      throw new GoldenException(
          "%s: tensor %s is %s %s, expected %s %s"
              .formatted(
                  file,
                  name,
                  entry.path("dtype").asText(),
                  Arrays.toString(found),
                  dtype,
                  Arrays.toString(shape)));
    }
    long from = entry.path("data_offsets").path(0).asLong(-1);
    long to = entry.path("data_offsets").path(1).asLong(-1);
    long size = Arrays.stream(shape).reduce(width, Math::multiplyExact);
    if (from < 0 || to - from != size || to > data.limit()) {
      throw new GoldenException(file + " is truncated: tensor " + name + " is not all there");
    }
    return data.slice((int) from, (int) size).order(ByteOrder.LITTLE_ENDIAN);
  }
}

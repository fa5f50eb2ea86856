package dev.kintsugi.node.tensors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

/**
 * Tensors of a safetensors file: eight bytes of header length, a JSON header with dtype, shape and
 * place of each tensor, then the values, little-endian. Reads F32, I32 and U8. Nothing in a file is
 * trusted: whatever does not fit is an exception that says so.
 */
public final class SafetensorsFile {
  /** Key of the header under which a file keeps texts. */
  static final String METADATA = "__metadata__";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final JsonNode header;
  private final ByteBuffer data;

  private SafetensorsFile(Path file, JsonNode header, ByteBuffer data) {
    this.file = file;
    this.header = header;
    this.data = data;
  }

  /** Reads a file as a whole. */
  public static SafetensorsFile read(Path file) throws SafetensorsException {
    try {
      ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
      long length = all.remaining() < Long.BYTES ? -1 : all.getLong();
      if (length < 0 || length > all.remaining()) {
        throw new SafetensorsException(file + " is truncated, or no safetensors file");
      }
      byte[] header = new byte[(int) length];
      all.get(header);
      JsonNode parsed = JSON.readTree(header);
      if (parsed == null || !parsed.isObject()) {
        throw new SafetensorsException(file + " has a header that is no JSON object");
      }
      return new SafetensorsFile(file, parsed, all.slice().order(ByteOrder.LITTLE_ENDIAN));
    } catch (JsonProcessingException e) {
      throw new SafetensorsException(
          file + " has a header that is no JSON: " + e.getOriginalMessage(), e);
    } catch (IOException | OutOfMemoryError e) {
      throw new SafetensorsException(
          file + " cannot be read: " + e.getClass().getSimpleName() + ": " + e.getMessage(), e);
    }
  }

  /** The texts a file keeps beside its tensors. */
  public Map<String, String> metadata() {
    Map<String, String> texts = new TreeMap<>();
    header
        .path(METADATA)
        .properties()
        .forEach(entry -> texts.put(entry.getKey(), entry.getValue().asText()));
    return texts;
  }

  /** Names of all tensors. */
  public List<String> names() {
    return header.properties().stream()
        .map(Map.Entry::getKey)
        .filter(name -> !name.equals(METADATA))
        .toList();
  }

  /** Shape of a tensor. */
  public long[] shape(String name) throws SafetensorsException {
    return shape(entry(name));
  }

  public float[] floats(String name, long... shape) throws SafetensorsException {
    ByteBuffer bytes = tensor(name, "F32", Float.BYTES, shape);
    float[] values = new float[bytes.remaining() / Float.BYTES];
    bytes.asFloatBuffer().get(values);
    return values;
  }

  public int[] ints(String name, long... shape) throws SafetensorsException {
    ByteBuffer bytes = tensor(name, "I32", Integer.BYTES, shape);
    int[] values = new int[bytes.remaining() / Integer.BYTES];
    bytes.asIntBuffer().get(values);
    return values;
  }

  public byte[] bytes(String name, long... shape) throws SafetensorsException {
    ByteBuffer bytes = tensor(name, "U8", 1, shape);
    byte[] values = new byte[bytes.remaining()];
    bytes.get(values);
    return values;
  }

  private JsonNode entry(String name) throws SafetensorsException {
    JsonNode entry = header.path(name);
    if (entry.isMissingNode()) {
      throw new SafetensorsException(file + " lacks tensor " + name);
    }
    return entry;
  }

  private static long[] shape(JsonNode entry) {
    return StreamSupport.stream(entry.path("shape").spliterator(), false)
        .mapToLong(JsonNode::asLong)
        .toArray();
  }

  private ByteBuffer tensor(String name, String dtype, int width, long... shape)
      throws SafetensorsException {
    JsonNode entry = entry(name);
    long[] found = shape(entry);
    if (!entry.path("dtype").asText().equals(dtype) || !Arrays.equals(found, shape)) {
      throw new SafetensorsException(
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
    if (from < 0 || from > to || to > data.limit() || to - from != size(name, width, shape)) {
      throw new SafetensorsException(file + " is truncated: tensor " + name + " is not all there");
    }
    return data.slice((int) from, (int) (to - from)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private long size(String name, int width, long... shape) throws SafetensorsException {
    try {
      long size = width;
      for (long side : shape) {
        size = Math.multiplyExact(size, side);
      }
      return size;
    } catch (ArithmeticException e) {
      throw new SafetensorsException(
          file + ": tensor " + name + " is too large: " + Arrays.toString(shape), e);
    }
  }
}

package dev.kintsugi.controlplane.videos;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.errors.BodyFault;
import dev.kintsugi.protocol.error.ErrorCode;
import io.micronaut.http.multipart.CompletedFileUpload;
import io.micronaut.http.multipart.CompletedPart;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a submission's fields by name, whichever way they were sent. */
final class RequestFields {

  private static final int MAX_PARTS = 64;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  private static final ObjectReader TREE = JSON.readerFor(JsonNode.class);
  private static final TypeReference<LinkedHashMap<String, Object>> FIELDS =
      new TypeReference<>() {};

  private RequestFields() {}

  static Map<String, @Nullable Object> json(byte @Nullable [] body) {
    if (body == null || body.length == 0) {
      throw malformed("The request body is empty; a JSON object is expected.");
    }
    try {
      JsonNode tree = TREE.readValue(body);
      if (tree == null || !tree.isObject()) {
        throw malformed("The request body must be a JSON object.");
      }
      return JSON.convertValue(tree, FIELDS);
    } catch (StreamConstraintsException excessive) {
      throw malformed("The JSON body is nested too deeply or holds an excessive value.");
    } catch (JsonProcessingException malformed) {
      throw malformed("The request body is not valid JSON: " + BodyFault.syntax(malformed));
    } catch (IOException unreadable) {
      throw malformed("The request body is not readable as JSON.");
    }
  }

  static Map<String, @Nullable Object> multipart(List<CompletedPart> parts) {
    if (parts.size() > MAX_PARTS) {
      throw malformed("The form has more than " + MAX_PARTS + " parts.");
    }
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    for (CompletedPart part : parts) {
      Object value = value(part);
      Object earlier = fields.putIfAbsent(part.getName(), value);
      if (earlier != null) {
        fields.put(part.getName(), List.of(earlier, value));
      }
    }
    return fields;
  }

  /** A file is not text, even when its bytes are: it shall be refused under its field's name. */
  private static Object value(CompletedPart part) {
    if (part instanceof CompletedFileUpload file) {
      file.discard();
      return Map.of("filename", String.valueOf(file.getFilename()));
    }
    try {
      return new String(part.getBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw malformed("Part '" + part.getName() + "' of the form could not be read.");
    }
  }

  private static ApiException malformed(String message) {
    return ApiException.of(ErrorCode.INVALID_REQUEST, message);
  }
}

package dev.kintsugi.controlplane.errors;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import dev.kintsugi.protocol.error.ErrorBody;
import dev.kintsugi.protocol.error.ErrorCode;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is wrong with a JSON body, told by the field that is. */
public final class BodyFault {

  private static final int LONGEST = 160;

  private BodyFault() {}

  /**
   * @return empty when no JSON was at fault
   */
  static Optional<ErrorBody> of(Throwable cause) {
    return Stream.iterate(cause, fault -> fault != null, Throwable::getCause)
        .filter(JsonProcessingException.class::isInstance)
        .map(JsonProcessingException.class::cast)
        .findFirst()
        .map(BodyFault::told);
  }

  private static ErrorBody told(JsonProcessingException fault) {
    String field = fault instanceof JsonMappingException mapping ? path(mapping) : "";
    return switch (fault) {
      case UnrecognizedPropertyException unknown ->
          ErrorBody.of(
              ErrorCode.UNSUPPORTED_PARAMETER, "Unknown parameter '%s'.".formatted(field), field);
      case MismatchedInputException mismatch when !field.isEmpty() ->
          ErrorBody.of(
              ErrorCode.INVALID_VALUE,
              "'%s' must be %s.".formatted(field, wanted(mismatch.getTargetType())),
              field);
      case MismatchedInputException mismatch ->
          ErrorBody.of(ErrorCode.INVALID_REQUEST, "The request body must be a JSON object.", null);
      case JsonMappingException invalid when !field.isEmpty() ->
          ErrorBody.of(
              ErrorCode.INVALID_VALUE,
              "'%s' has a value that it cannot have.".formatted(field),
              field);
      case JsonMappingException invalid ->
          ErrorBody.of(
              ErrorCode.INVALID_REQUEST, "The request body has a value that it cannot have.", null);
      default ->
          ErrorBody.of(
              ErrorCode.INVALID_REQUEST,
              "The request body is not valid JSON: " + syntax(fault),
              null);
    };
  }

  /** A sentence with line and column, of one line. */
  public static String syntax(JsonProcessingException fault) {
    JsonLocation at = fault.getLocation();
    String where =
        at == null ? "" : " (line %d, column %d)".formatted(at.getLineNr(), at.getColumnNr());
    String what = String.valueOf(fault.getOriginalMessage()).lines().findFirst().orElse("");
    return (what.length() > LONGEST ? what.substring(0, LONGEST) + "…" : what) + where + ".";
  }

  private static String path(JsonMappingException fault) {
    return fault.getPath().stream()
        .map(
            step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : step.getFieldName())
        .collect(Collectors.joining("."))
        .replace(".[", "[");
  }

  private static String wanted(@Nullable Class<?> type) {
    if (type == null) {
      return "something else";
    }
    if (type == Boolean.class || type == boolean.class) {
      return "true or false";
    }
    if (type == String.class) {
      return "a string";
    }
    if (Number.class.isAssignableFrom(type) || type.isPrimitive()) {
      return "a number";
    }
    return Collection.class.isAssignableFrom(type) ? "a list" : "an object";
  }
}

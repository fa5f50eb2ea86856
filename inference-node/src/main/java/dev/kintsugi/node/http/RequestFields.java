package dev.kintsugi.node.http;

import dev.kintsugi.protocol.error.ErrorCode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Fields of a request, JSON or form: numbers may come as text. A wrong value is refused with its
 * field's name and limit.
 */
record RequestFields(Map<String, @Nullable Object> values) {

  @Nullable String text(String field, int maxLength) {
    Object value = values.get(field);
    if (value == null) {
      return null;
    }
    if (!(value instanceof String text)) {
      throw invalid(field, field + " must be a string");
    }
    if (text.codePointCount(0, text.length()) > maxLength) {
      throw new ApiException(
          field.equals("prompt") ? ErrorCode.PROMPT_TOO_LONG : ErrorCode.INVALID_VALUE,
          field + " has more than " + maxLength + " characters",
          field);
    }
    return text;
  }

  @Nullable Integer integer(String field, int min, int max) {
    Double value = number(field, min, max, "a whole number");
    if (value == null) {
      return null;
    }
    if (value != Math.rint(value)) {
      throw invalid(field, field + " must be a whole number from " + min + " to " + max);
    }
    return value.intValue();
  }

  @Nullable Double decimal(String field, double min, double max) {
    return number(field, min, max, "a number");
  }

  boolean has(String field) {
    return values.get(field) != null;
  }

  private @Nullable Double number(String field, double min, double max, String kind) {
    Object value = values.get(field);
    if (value == null) {
      return null;
    }
    double number;
    try {
      number =
          switch (value) {
            case Number n -> n.doubleValue();
            case String s -> Double.parseDouble(s.strip());
            default -> Double.NaN;
          };
    } catch (NumberFormatException e) {
      number = Double.NaN;
    }
    if (!(number >= min && number <= max)) {
      throw invalid(field, field + " must be " + kind + " from " + text(min) + " to " + text(max));
    }
    return number;
  }

  private static String text(double bound) {
    return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
  }

  static ApiException invalid(String field, String message) {
    return new ApiException(ErrorCode.INVALID_VALUE, message, field);
  }
}

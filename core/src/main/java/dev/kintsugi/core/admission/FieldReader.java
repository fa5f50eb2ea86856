package dev.kintsugi.core.admission;

import dev.kintsugi.core.admission.Problem.Reason;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Reads single fields; what cannot be read becomes a problem and null. */
final class FieldReader {

  private static final int QUOTED = 40;
  private static final int LONGEST_NUMBER = 40;

  private final Map<String, ? extends @Nullable Object> fields;
  private final List<Problem> problems;

  FieldReader(Map<String, ? extends @Nullable Object> fields, List<Problem> problems) {
    this.fields = fields;
    this.problems = problems;
  }

  /** Text of at most {@code max} code points. */
  @Nullable String text(String name, int max, Reason tooLong) {
    Object value = fields.get(name);
    if (value == null) {
      return null;
    }
    if (!(value instanceof String text)) {
      return refuse(name, Reason.INVALID, "must be a string");
    }
    if (!storable(text)) {
      return refuse(name, Reason.INVALID, "contains a NUL or an unpaired surrogate");
    }
    int length = text.codePointCount(0, text.length());
    if (length > max) {
      return refuse(name, tooLong, "must be at most " + max + " characters long; got " + length);
    }
    return text;
  }

  /** A whole number within both bounds. */
  @Nullable Integer integer(String name, int min, int max) {
    Object value = fields.get(name);
    if (value == null) {
      return null;
    }
    OptionalDouble number = number(value);
    if (number.isEmpty() || number.getAsDouble() != Math.rint(number.getAsDouble())) {
      return refuse(name, Reason.INVALID, "must be a whole number; got " + quote(value));
    }
    double whole = number.getAsDouble();
    if (whole < min || whole > max) {
      return refuse(
          name, Reason.INVALID, "must be between " + min + " and " + max + "; got " + quote(value));
    }
    return (int) whole;
  }

  /** A finite number within both bounds. */
  @Nullable Double decimal(String name, double min, double max) {
    Object value = fields.get(name);
    if (value == null) {
      return null;
    }
    OptionalDouble number = number(value);
    if (number.isEmpty()) {
      return refuse(name, Reason.INVALID, "must be a number; got " + quote(value));
    }
    if (number.getAsDouble() < min || number.getAsDouble() > max) {
      return refuse(
          name, Reason.INVALID, "must be between " + min + " and " + max + "; got " + quote(value));
    }
    return number.getAsDouble();
  }

  /** One of a few words. */
  String choice(String name, List<String> words, String otherwise) {
    Object value = fields.get(name);
    if (value == null) {
      return otherwise;
    }
    if (value instanceof String text && words.contains(text)) {
      return text;
    }
    refuse(
        name,
        Reason.INVALID,
        "must be one of " + String.join(", ", words) + "; got " + quote(value));
    return otherwise;
  }

  private <T> @Nullable T refuse(String name, Reason reason, String what) {
    problems.add(new Problem(name, reason, "'" + name + "' " + what + "."));
    return null;
  }

  /** Text longer than any sane number is not parsed: a megabyte of digits takes seconds. */
  private static OptionalDouble number(Object value) {
    if (value instanceof Number number) {
      return finite(number.doubleValue());
    }
    if (!(value instanceof String text) || text.length() > LONGEST_NUMBER || !plain(text)) {
      return OptionalDouble.empty();
    }
    try {
      return finite(Double.parseDouble(text));
    } catch (NumberFormatException notANumber) {
      return OptionalDouble.empty();
    }
  }

  /** Java would also take hexadecimal, a type suffix, spaces and the words NaN and Infinity. */
  private static boolean plain(String text) {
    return text.chars().allMatch(c -> c >= '0' && c <= '9' || "+-.eE".indexOf(c) >= 0);
  }

  private static OptionalDouble finite(double number) {
    return Double.isFinite(number) ? OptionalDouble.of(number) : OptionalDouble.empty();
  }

  /** PostgreSQL's text takes neither NUL nor what has no UTF-8 form. */
  static boolean storable(String text) {
    return text.codePoints()
        .noneMatch(c -> c == 0 || c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }

  /** A value as it may stand in an error message. */
  static String quote(Object value) {
    return switch (value) {
      case String text -> "'" + shorten(text) + "'";
      case Number number -> shorten(number.toString());
      case Boolean bool -> bool.toString();
      case List<?> list -> "a list of " + list.size();
      case Map<?, ?> map -> "an object with " + map.size() + " fields";
      default -> "a " + value.getClass().getSimpleName();
    };
  }

  static String shorten(String text) {
    String printable =
        text.codePoints()
            .limit(QUOTED)
            .filter(c -> !Character.isISOControl(c))
            .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
    return text.codePointCount(0, text.length()) > QUOTED ? printable + "…" : printable;
  }
}

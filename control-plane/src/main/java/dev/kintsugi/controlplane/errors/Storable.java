package dev.kintsugi.controlplane.errors;

import dev.kintsugi.protocol.error.ErrorCode;

/** PostgreSQL keeps every text but one with a NUL or half of a character. */
public final class Storable {

  private Storable() {}

  /**
   * The text itself.
   *
   * @param field it came in
   * @throws ApiException {@code invalid_value} for what PostgreSQL cannot keep
   */
  public static String text(String text, String field) {
    boolean bad =
        text.codePoints()
            .anyMatch(
                c -> c == 0 || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE));
    if (bad) {
      throw ApiException.of(
          ErrorCode.INVALID_VALUE,
          "'" + field + "' contains a NUL or an unpaired surrogate.",
          field);
    }
    return text;
  }
}

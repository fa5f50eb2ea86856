package dev.kintsugi.controlplane.errors;

import dev.kintsugi.protocol.error.ErrorCode;

/** PostgreSQL keeps every character but one. */
public final class Storable {

  private Storable() {}

  /**
   * The text itself.
   *
   * @param field it came in
   * @throws ApiException {@code invalid_value} when it has the character U+0000
   */
  public static String text(String text, String field) {
    if (text.indexOf('\0') >= 0) {
      throw ApiException.of(
          ErrorCode.INVALID_VALUE, "'" + field + "' must not have the character U+0000.", field);
    }
    return text;
  }
}

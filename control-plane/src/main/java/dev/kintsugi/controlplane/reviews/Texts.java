package dev.kintsugi.controlplane.reviews;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.protocol.error.ErrorCode;

/** Text that people write into the review queue. */
final class Texts {

  private static final int LONGEST_NOTE = 2_000;

  private Texts() {}

  /**
   * @throws ApiException {@code invalid_value} for what PostgreSQL cannot keep
   */
  static String storable(String text, String field) {
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

  /**
   * @throws ApiException {@code invalid_value} for one that is too long or cannot be kept
   */
  static String note(String text) {
    int length = text.codePointCount(0, text.length());
    if (length > LONGEST_NOTE) {
      throw ApiException.of(
          ErrorCode.INVALID_VALUE,
          "'note' must be at most %d characters long; got %d.".formatted(LONGEST_NOTE, length),
          "note");
    }
    return storable(text.strip(), "note");
  }
}

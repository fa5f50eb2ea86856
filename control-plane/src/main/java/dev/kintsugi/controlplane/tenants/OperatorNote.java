package dev.kintsugi.controlplane.tenants;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.errors.Storable;
import dev.kintsugi.protocol.error.ErrorCode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Why an operator does something, in their own words. */
public final class OperatorNote {

  private static final int LONGEST = 2_000;

  private OperatorNote() {}

  /**
   * The field {@code note} of a request, without space around it.
   *
   * @throws ApiException {@code invalid_value} for one that is too long or cannot be kept
   */
  public static Optional<String> checked(@Nullable String note) {
    return Optional.ofNullable(note).map(OperatorNote::require);
  }

  private static String require(String note) {
    int length = note.codePointCount(0, note.length());
    if (length > LONGEST) {
      throw ApiException.of(
          ErrorCode.INVALID_VALUE,
          "'note' must be at most %d characters long; got %d.".formatted(LONGEST, length),
          "note");
    }
    return Storable.text(note.strip(), "note");
  }
}

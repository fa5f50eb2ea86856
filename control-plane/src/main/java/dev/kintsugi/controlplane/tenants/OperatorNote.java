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
   * The field {@code note} of a request.
   *
   * @throws ApiException {@code invalid_value} for one that is too long or cannot be kept
   */
  public static Optional<String> checked(@Nullable String note) {
    if (note != null && note.length() > LONGEST) {
      throw ApiException.of(
          ErrorCode.INVALID_VALUE, "'note' must have at most " + LONGEST + " characters.", "note");
    }
    return Optional.ofNullable(note).map(text -> Storable.text(text, "note"));
  }
}

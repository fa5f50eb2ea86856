package dev.kintsugi.protocol.screening;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;

/** Where a person's decision on a prompt stands. */
public enum ReviewStatus {
  PENDING,
  APPROVED,
  REJECTED,
  /** Nobody decided in time. */
  EXPIRED,
  /** The customer cancelled the video before anybody decided. */
  WITHDRAWN;

  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * @throws IllegalArgumentException for a name that is none
   */
  @JsonCreator
  public static ReviewStatus fromWire(String name) {
    return Arrays.stream(values())
        .filter(status -> status.wireName().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no status of a review: " + name));
  }
}

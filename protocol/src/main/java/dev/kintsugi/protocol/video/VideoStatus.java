package dev.kintsugi.protocol.video;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The four public states. Clients' pollers return on anything else, so there is nothing else. */
public enum VideoStatus {
  QUEUED,
  IN_PROGRESS,
  COMPLETED,
  FAILED;

  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  @JsonCreator
  public static VideoStatus fromWire(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }

  public boolean terminal() {
    return this == COMPLETED || this == FAILED;
  }
}

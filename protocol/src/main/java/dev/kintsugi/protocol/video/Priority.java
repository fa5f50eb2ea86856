package dev.kintsugi.protocol.video;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Scheduling class of a job, most urgent first. */
public enum Priority {
  REALTIME,
  STANDARD,
  BATCH;

  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  @JsonCreator
  public static Priority fromWire(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }
}

package dev.kintsugi.protocol.node;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Where an attempt is. Also the names of the server-sent events. */
public enum AttemptPhase {
  QUEUED,
  ENCODING_TEXT,
  DENOISING,
  DECODING,
  ENCODING,
  COMPLETED,
  FAILED;

  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  public boolean terminal() {
    return this == COMPLETED || this == FAILED;
  }
}

package dev.kintsugi.protocol.node;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How a clip comes from the model. */
public enum Render {
  /** Every frame is generated. */
  VIDEO,
  /** One frame is generated and the camera moves over it. */
  STILL_MOTION;

  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}

package dev.kintsugi.node.engine;

import java.util.Locale;

/** A transformer of a model: two share the schedule of a full model, a lite model has one. */
public enum Expert {
  HIGH,
  LOW,
  LITE;

  /**
   * The name in the manifest, in status and in events: {@code high}, {@code low} or {@code lite}.
   */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The expert of a wire name.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static Expert named(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }
}

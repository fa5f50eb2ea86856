package dev.kintsugi.node.watch;

import java.time.Duration;

/** Refuses settings that make no sense, by their names. */
final class Setting {
  private static final String PREFIX = "kintsugi.node.watch.";

  private Setting() {}

  static void atLeast(String name, Duration value, Duration least) {
    if (value.compareTo(least) < 0) {
      throw new IllegalArgumentException(
          PREFIX + name + " must be at least " + least + ", not " + value);
    }
  }

  static void between(String name, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw new IllegalArgumentException(
          PREFIX + name + " must be from " + least + " to " + most + ", not " + value);
    }
  }

  static IllegalArgumentException unreadable(String name, String expected, String value) {
    return new IllegalArgumentException(
        PREFIX + name + " must be " + expected + ", not \"" + value + "\"");
  }
}

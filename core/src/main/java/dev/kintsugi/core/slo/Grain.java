package dev.kintsugi.core.slo;

import java.time.Duration;
import java.time.Instant;

/**
 * Steps in which time is counted. A window begins at a whole step, so that sums of steps are exact:
 * short windows at a minute, long ones at an hour.
 */
public enum Grain {
  MINUTE(Duration.ofMinutes(1)),
  HOUR(Duration.ofHours(1));

  /** Windows up to this are counted in minutes. */
  public static final Duration MINUTES_UP_TO = Duration.ofHours(6);

  private final Duration length;

  Grain(Duration length) {
    this.length = length;
  }

  public Duration length() {
    return length;
  }

  /** The step an instant is in. */
  public Instant floor(Instant at) {
    long seconds = length.toSeconds();
    return Instant.ofEpochSecond(Math.floorDiv(at.getEpochSecond(), seconds) * seconds);
  }

  public static Grain of(Duration window) {
    return window.compareTo(MINUTES_UP_TO) <= 0 ? MINUTE : HOUR;
  }

  /** The first step of the window that ends now: at least the window, by less than a step more. */
  public static Instant begin(Duration window, Instant now) {
    return of(window).floor(now.minus(window));
  }
}

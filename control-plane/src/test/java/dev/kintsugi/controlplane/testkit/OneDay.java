package dev.kintsugi.controlplane.testkit;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;

/**
 * For tests of what is told apart by the day: draws of a prompt, and failures that mining compares
 * with other jobs of their day only.
 */
public final class OneDay {

  /** Longer than such a test takes. */
  private static final Duration LEFT = Duration.ofMinutes(3);

  private static final LocalTime TOO_LATE = LocalTime.MIDNIGHT.minus(LEFT);

  private OneDay() {}

  /** Waits for the next day of UTC where too little is left of this one. */
  public static void begin() {
    await()
        .atMost(LEFT.plusMinutes(1))
        .until(() -> LocalTime.now(ZoneOffset.UTC).isBefore(TOO_LATE));
  }
}

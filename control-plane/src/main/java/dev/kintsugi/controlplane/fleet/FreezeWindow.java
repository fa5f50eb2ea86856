package dev.kintsugi.controlplane.fleet;

import dev.kintsugi.protocol.fleet.ServiceState;
import io.micronaut.scheduling.cron.CronExpression;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

/** A time that begins again and again, and lasts as long each time. */
public final class FreezeWindow {

  private static final long LONGEST_SECONDS = 90L * 24 * 3600;
  private static final Instant ANY = Instant.EPOCH;

  private final CronExpression schedule;
  private final Duration duration;
  private final ZoneId zone;

  private FreezeWindow(CronExpression schedule, Duration duration, ZoneId zone) {
    this.schedule = schedule;
    this.duration = duration;
    this.zone = zone;
  }

  /**
   * @throws IllegalArgumentException naming the field that makes no sense
   */
  public static FreezeWindow of(ServiceState.Freeze freeze) {
    if (freeze.durationSeconds() < 1 || freeze.durationSeconds() > LONGEST_SECONDS) {
      throw new IllegalArgumentException("duration_seconds: must be 1 to " + LONGEST_SECONDS);
    }
    ZoneId zone = zone(freeze.timeZone());
    try {
      CronExpression schedule = CronExpression.create(freeze.schedule());
      FreezeWindow window =
          new FreezeWindow(schedule, Duration.ofSeconds(freeze.durationSeconds()), zone);
      window.open(ANY);
      return window;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("schedule: " + e.getMessage(), e);
    }
  }

  /** From its beginning on, and no more at its end. */
  public boolean open(Instant now) {
    var justEnded = now.minus(duration).atZone(zone);
    return !schedule.nextTimeAfter(justEnded).toInstant().isAfter(now);
  }

  private static ZoneId zone(String name) {
    try {
      return ZoneId.of(String.valueOf(name));
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "time_zone: '" + name + "' is no time zone such as Europe/Berlin", e);
    }
  }
}

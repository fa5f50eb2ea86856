package dev.kintsugi.controlplane.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.protocol.fleet.ServiceState.Freeze;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FreezeWindowTest {

  @ParameterizedTest
  @CsvSource({
    // Weekends, from Friday 18:00 to Monday 08:00 in Berlin, an hour before UTC.
    "0 18 * * FRI, 62, Europe/Berlin, 2026-11-27T16:59:59Z, false",
    "0 18 * * FRI, 62, Europe/Berlin, 2026-11-27T17:00:00Z, true",
    "0 18 * * 5,   62, Europe/Berlin, 2026-11-29T12:00:00Z, true",
    "0 18 * * FRI, 62, Europe/Berlin, 2026-11-30T06:59:59.999Z, true",
    "0 18 * * FRI, 62, Europe/Berlin, 2026-11-30T07:00:00Z, false",
    // In the night in which clocks go back the hour is the schedule's, the length is real time.
    "0 1 * * SUN, 3, Europe/Berlin, 2026-10-24T23:00:00Z, true",
    "0 1 * * SUN, 3, Europe/Berlin, 2026-10-25T01:59:59Z, true",
    "0 1 * * SUN, 3, Europe/Berlin, 2026-10-25T02:00:00Z, false",
    // The end of the year, begun in the year before.
    "0 0 20 12 *, 336, UTC, 2027-01-02T23:59:59Z, true",
    "0 0 20 12 *, 336, UTC, 2027-01-03T00:00:00Z, false",
    // Windows that overlap leave no gap.
    "* * * * *, 1, Asia/Shanghai, 2026-06-01T12:00:00.5Z, true",
  })
  void isOpenFromItsBeginningToItsEnd(
      String schedule, long hours, String zone, Instant now, boolean open) {
    Freeze freeze = new Freeze(schedule, Duration.ofHours(hours).toSeconds(), zone, null);
    assertThat(FreezeWindow.of(freeze).open(now)).isEqualTo(open);
  }

  @ParameterizedTest
  @CsvSource({"0 0 30 2 *", "61 * * * *", "5-2 * * * *", "@daily", "often"})
  void refusesAScheduleThatNeverBegins(String schedule) {
    assertThatThrownBy(() -> FreezeWindow.of(new Freeze(schedule, 60, "UTC", null)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("schedule: ");
  }

  @Test
  void refusesALengthAndAZoneThatDoNotExist() {
    assertThatThrownBy(() -> FreezeWindow.of(new Freeze("0 0 * * *", 7_776_001, "UTC", null)))
        .hasMessage("duration_seconds: must be 1 to 7776000");
    assertThatThrownBy(() -> FreezeWindow.of(new Freeze("0 0 * * *", 60, "Berlin", null)))
        .hasMessage("time_zone: 'Berlin' is no time zone such as Europe/Berlin");
  }
}

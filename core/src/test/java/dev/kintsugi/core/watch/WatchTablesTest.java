package dev.kintsugi.core.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.watch.PcieWatch.Link;
import dev.kintsugi.core.watch.SwingWatch.Reading;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Swings, PCIe, slow requests and faults as tables. */
class WatchTablesTest {
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  private static final SwingWatch.Policy SWING =
      new SwingWatch.Policy(Duration.ofSeconds(60), Duration.ofSeconds(30), 15, 6, 10);
  private static final PcieWatch.Policy PCIE = new PcieWatch.Policy(0.3, 0.25, 1e8, 20);

  @ParameterizedTest
  @CsvSource({
    // values each 5 s until now; seconds since the load changed; usual swing -> swing or steady
    "60 61 62 60 61, 600, 2, STEADY 15",
    "60 61 77 60 61, 600, 2, SWUNG 15",
    "60 61 77 60 61, 600, , STEADY 30",
    "60 61 97 60 61, 600, , SWUNG 30",
    "60 61 77 60 61, 600, 20, STEADY 20",
    "35 50 65 70 71, 20, 2, SETTLING",
    "60, 600, 2, SETTLING",
  })
  void aSwingIsJudgedUnderTheSameLoad(String values, long since, Double usual, String expected) {
    List<Reading> readings = new ArrayList<>();
    String[] all = values.split(" ");
    for (int i = 0; i < all.length; i++) {
      Instant at = NOW.minusSeconds(5L * (all.length - 1 - i));
      readings.add(new Reading(at, Double.parseDouble(all[i])));
    }
    double[] earlier = new double[usual == null ? 3 : 30];
    Arrays.fill(earlier, usual == null ? 2 : usual);
    SwingWatch.Situation in = new SwingWatch.Situation(NOW.minusSeconds(since), readings, earlier);
    String verdict =
        switch (SwingWatch.judge(in, SWING, NOW)) {
          case SwingWatch.Verdict.Settling s -> "SETTLING";
          case SwingWatch.Verdict.Steady s -> "STEADY " + Math.round(s.limit());
          case SwingWatch.Verdict.Swung s -> "SWUNG " + Math.round(s.limit());
        };
    assertThat(verdict).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    // generation, width, of, of, utilization, MB/s now, usually -> verdict
    "5, 16, 5, 16, 0.9, 900, 1000, NORMAL",
    "5, 8, 5, 16, 0.9, 900, 1000, LINK_NARROW 8 of 16",
    "1, 16, 5, 16, 0.9, 900, 1000, LINK_SLOW 1 of 5",
    "1, 16, 5, 16, 0.0, 900, 1000, UNKNOWN",
    "5, 16, 5, 16, 0.9, 200, 1000, TRAFFIC_LOW 200000000 of 1000000000",
    "5, 16, 5, 16, 0.9, 1, 50, UNKNOWN",
    ", , , , 0.9, 900, 1000, NORMAL",
    "5, 16, 5, 16, , 900, 1000, UNKNOWN",
  })
  void aConnectionIsJudgedUnderLoadOnly(
      Integer generation,
      Integer width,
      Integer maxGeneration,
      Integer maxWidth,
      Double utilization,
      double now,
      double usual,
      String expected) {
    double[] earlier = new double[40];
    Arrays.fill(earlier, usual * 1e6);
    PcieWatch.Situation in =
        new PcieWatch.Situation(
            new Link(generation, width, maxGeneration, maxWidth),
            utilization,
            new double[] {now * 1e6, now * 1e6, usual * 1e6, now * 1e6},
            earlier);
    String verdict =
        switch (PcieWatch.judge(in, PCIE)) {
          case PcieWatch.Verdict.Unknown u -> "UNKNOWN";
          case PcieWatch.Verdict.Normal n -> "NORMAL";
          case PcieWatch.Verdict.Slow s ->
              s.reason() + " " + Math.round(s.actual()) + " of " + Math.round(s.expected());
        };
    assertThat(verdict).isEqualTo(expected);
  }

  @Test
  void withoutAPastTrafficIsNotJudged() {
    PcieWatch.Situation in =
        new PcieWatch.Situation(
            new Link(5, 16, 5, 16), 0.9, new double[] {0}, new double[] {1e9, 1e9});
    assertThat(PcieWatch.judge(in, PCIE)).isInstanceOf(PcieWatch.Verdict.Unknown.class);
  }

  @ParameterizedTest
  @CsvSource({
    "160x96, 10, false, ", "160x96, 11, true, USUAL_LIMIT",
    "1280x720, 299, false, ", "1280x720, 301, true, LIMIT_OF_SIZE",
  })
  void aSizeMayHaveALimitOfItsOwn(String size, long seconds, boolean slow, String why) {
    SlowRequest.Policy policy =
        new SlowRequest.Policy(Duration.ofSeconds(10), Map.of("1280x720", Duration.ofMinutes(5)));
    switch (SlowRequest.judge(size, Duration.ofSeconds(seconds), policy)) {
      case SlowRequest.Verdict.InTime i -> assertThat(slow).isFalse();
      case SlowRequest.Verdict.Slow s -> {
        assertThat(slow).isTrue();
        assertThat(s.reason()).hasToString(why);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "63, NOTED",
    "31, WORK_LOST",
    "94, WORK_LOST",
    "48, GPU_SICK",
    "79, GPU_SICK",
    "95, GPU_SICK",
    "999, GPU_SICK",
    "12345, GPU_SICK",
  })
  void aFaultThatIsNotKnownIsTakenForTheWorst(int xid, XidImpact impact) {
    assertThat(XidImpact.of(xid)).isEqualTo(impact);
  }
}

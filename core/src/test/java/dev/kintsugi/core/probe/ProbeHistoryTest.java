package dev.kintsugi.core.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.probe.ProbeHistory.Change;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ProbeHistoryTest {

  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  private static final ProbePolicy POLICY =
      new ProbePolicy(Duration.ofSeconds(30), Duration.ofSeconds(60), 3);

  /** What can happen to a node. */
  private enum Act {
    PASS,
    FAIL,
    YIELD,
    PROVE
  }

  private static ProbeHistory.Step after(ProbeHistory history, Act act, Instant now) {
    return switch (act) {
      case PASS -> history.passed(POLICY, 0.5, now);
      case FAIL -> history.failed(POLICY, 0.5, now);
      case YIELD -> history.yielded(POLICY, now);
      case PROVE -> history.proven(now);
    };
  }

  @Test
  void threeFailuresInARowTakeANodeOutAndOnePassBringsItBack() {
    ProbeHistory history = ProbeHistory.begun(POLICY, 0, NOW);
    history = history.failed(POLICY, 0.5, NOW).history();
    history = history.failed(POLICY, 0.5, NOW).history();
    assertThat(history.out()).isFalse();

    ProbeHistory.Step third = history.failed(POLICY, 0.5, NOW.plusSeconds(60));
    assertThat(third.change()).isEqualTo(Change.OUT);
    assertThat(third.history().outSince()).isEqualTo(NOW.plusSeconds(60));

    ProbeHistory.Step fourth = third.history().failed(POLICY, 0.5, NOW.plusSeconds(90));
    assertThat(fourth.change()).isEqualTo(Change.NONE);
    assertThat(fourth.history().failures()).isEqualTo(4);
    assertThat(fourth.history().outSince()).isEqualTo(NOW.plusSeconds(60));

    ProbeHistory.Step pass = fourth.history().passed(POLICY, 0.5, NOW.plusSeconds(120));
    assertThat(pass.change()).isEqualTo(Change.BACK);
    assertThat(pass.history().failures()).isZero();
  }

  /**
   * Out exactly when the last outcomes that count are enough failures, or never a success since.
   */
  @Property
  void aNodeIsOutOnlyByFailuresInARowAndUntilASuccess(@ForAll @Size(max = 30) List<Act> acts) {
    ProbeHistory history = ProbeHistory.begun(POLICY, 0.3, NOW);
    int inARow = 0;
    boolean out = false;
    Instant now = NOW;
    for (Act act : acts) {
      now = now.plusSeconds(10);
      ProbeHistory.Step step = after(history, act, now);
      inARow = act == Act.FAIL ? inARow + 1 : act == Act.YIELD ? inARow : 0;
      boolean before = out;
      out = inARow >= POLICY.failures();
      history = step.history();
      assertThat(history.failures()).isEqualTo(inARow);
      assertThat(history.out()).isEqualTo(out);
      assertThat(step.change())
          .isEqualTo(before == out ? Change.NONE : out ? Change.OUT : Change.BACK);
    }
  }

  @Property
  void theNextProbeComesATenthOfTheIntervalEarlierOrLater(
      @ForAll @DoubleRange(min = 0, max = 1) double spread) {
    Instant next =
        ProbeHistory.begun(POLICY, 0, NOW).passed(POLICY, spread, NOW).history().nextAt();

    assertThat(next).isBetween(NOW.plusSeconds(27), NOW.plusSeconds(33));
    assertThat(ProbeHistory.begun(POLICY, spread, NOW).nextAt())
        .isBetween(NOW, NOW.plusSeconds(30));
  }

  @Property
  void givingWayCostsNothingAndIsMadeUpSoon(@ForAll @IntRange(max = 5) int failures) {
    ProbeHistory before = new ProbeHistory(failures, null, NOW, null);
    ProbeHistory after = before.yielded(POLICY, NOW).history();

    assertThat(after.failures()).isEqualTo(failures);
    assertThat(after.nextAt()).isEqualTo(NOW.plusMillis(7500));
  }
}
